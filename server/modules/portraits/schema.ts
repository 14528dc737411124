import { z } from 'zod'
import { ROLES } from '#server/modules/columns/schema.ts'
import { blank, Id } from '#server/platform/input.ts'

export const OfHost = z.object({ hostId: Id })
/** `type`: only sightings of this type. */
export const Rarest = OfHost.extend({ type: z.preprocess(blank, z.enum(ROLES).exclude(['time']).optional()) })

/** Artifacts that list what a host has, so that two collections of one can be compared. */
export const INVENTORY =
  /(Autoruns|StartupItems|Services|TaskScheduler|ScheduledTasks|Crontab|Users|Programs|InstalledSoftware|DebPackages|RPMPackages|LocalAdmins|Netstat|NetstatEnriched|ListeningPorts)(\/|$)/i
