import { z } from 'zod'
import { SourceKind } from '#db/types.ts'
import { ById, blank, line, whole } from '#server/platform/input.ts'

export const SourceId = ById

const kind = z.preprocess(blank, z.enum(SourceKind).default('rest')).meta({ title: 'For' })
const org = z.preprocess(blank, line(100).nullish()).meta({ title: 'Velociraptor org' })
const expected = z.preprocess(blank, whole(5, 43_200).nullish()).meta({ title: 'Expected every (minutes)' })
const name = line(100).meta({ title: 'Name' })

export const NewSource = z.object({ name, kind, org, expect_every_minutes: expected })

/** The whole record of what a person says of a source: an empty field is forgotten. */
export const SourceEdit = NewSource.extend({ id: ById.shape.id })
/** The fields of that form. */
export const SourceForm = NewSource
