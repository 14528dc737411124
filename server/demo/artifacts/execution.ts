import { COLLECTED_AT, DAY, type Machine } from '../fleet.ts'
import { IMPLANT, marksOn, PATIENT, SCRIPT } from '../intrusion.ts'
import { type Random, randomFor } from '../random.ts'
import { hashesOf, type Row, timeText } from '../row.ts'
import { TOOLS } from '../windows.ts'

/** What was run, and when: only machines of people keep it, servers have it switched off. */
export function prefetch(machine: Machine): Row[] {
  if (machine.kind === 'server') return []
  const random = randomFor('prefetch', machine.hostname)
  const tools = TOOLS.filter((_, n) => random.chance(1 - n / (TOOLS.length * 1.4))).map(
    (name) => `C:\\Windows\\System32\\${name}`,
  )
  const programs = machine.programs.map(({ exe }) => exe.replace('%USER%', machine.login))
  const installers = Array.from(
    { length: random.int(2, 14) },
    () =>
      `C:\\Windows\\Temp\\${random.hex(8)}\\${random.longTail(['setup.exe', 'updater.exe', 'MicrosoftEdge_X64.exe', 'install.exe', 'patch.exe'])}`,
  )
  const rows = [...tools, ...programs, ...installers].map((path, n) =>
    prefetchRow(path, random, COLLECTED_AT - random.int(1, 40 * 24) * 3_600_000, n < 25 ? 8 : random.int(1, 8)),
  )
  const marks = marksOn(machine)
  if (marks) rows.push(prefetchRow(IMPLANT.path, random, marks.implantStartedAt + 10_000, 1))
  return rows
}

function prefetchRow(path: string, random: Random, last: number, runs: number): Row {
  const name = path.split('\\').at(-1)!.toUpperCase()
  const hash = hashesOf({ product: path.toLowerCase(), version: 'prefetch' }).MD5.slice(0, 8).toUpperCase()
  const times = Array.from({ length: runs }, (_, n) => last - n * random.int(600_000, 3 * DAY))
  const volume = '\\VOLUME{01da7c3e1f2b4a90-5c1e77d2}'
  const inside = `${volume}${path.slice(2).toUpperCase()}`
  const loaded = ['NTDLL', 'KERNEL32', 'KERNELBASE', 'USER32', 'ADVAPI32'].map(
    (dll) => `${volume}\\WINDOWS\\SYSTEM32\\${dll}.DLL`,
  )
  if (path === IMPLANT.path) loaded.push(`${inside.replace(name, 'ACLUI.DLL')}`)
  const file = `C:\\Windows\\Prefetch\\${name}-${hash}.pf`
  return {
    _SCCAHeader: {
      Version: 'Win10 (30)',
      Signature: 'SCCA',
      FileSize: 20_000 + times.length * 311,
      Executable: name,
      Hash: `0X${hash}`,
    },
    Executable: name,
    FileSize: 20_000 + times.length * 311,
    Hash: `0X${hash}`,
    Version: 'Win10 (30)',
    LastRunTimes: times.map((at) => timeText(at)),
    RunCount: runs === 8 ? random.int(8, 900) : runs,
    ExecutablePath: inside,
    ExecutableDosPath: path,
    OSPath: file,
    PrefetchFileName: `${name}-${hash}.pf`,
    CreationTime: timeText(Math.min(...times) + 10_000),
    ModificationTime: timeText(last + 10_000),
    Binary: inside,
    FilesAccessed: [...loaded, inside],
    VolumeInfo: [{ SerialNumber: '5C1E77D2', CreationTime: '2024-02-16T08:11:42Z', DevicePath: volume }],
  }
}

const MAINTENANCE = [
  'Get-CimInstance -ClassName Win32_OperatingSystem | Select-Object LastBootUpTime, Version',
  'Set-StrictMode -Version 1; $_.ErrorCategory_Message',
  '{ Set-StrictMode -Version 1; $this.Exception.InnerException.PSMessageDetails }',
  'prompt',
  '$global:?',
  "Get-Service -Name wuauserv, BITS | Where-Object Status -ne 'Running' | Start-Service",
  "Get-WinEvent -FilterHashtable @{LogName='System';Level=2} -MaxEvents 50 -ErrorAction SilentlyContinue",
  'Import-Module "$env:SMS_ADMIN_UI_PATH\\..\\ConfigurationManager.psd1"',
  'Get-MpComputerStatus | Select-Object AntivirusSignatureAge, RealTimeProtectionEnabled',
  'Get-ChildItem HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall | ForEach-Object { Get-ItemProperty $_.PsPath }',
  'Test-NetConnection -ComputerName srv-file-01.meridian.example -Port 445 -InformationLevel Quiet',
  'Get-ADUser -Filter * -Properties LastLogonDate | Where-Object { $_.LastLogonDate -lt (Get-Date).AddDays(-90) }',
  'Compress-Archive -Path C:\\Logs\\*.log -DestinationPath C:\\Logs\\archive.zip -Force',
  'git status --porcelain; git pull --rebase',
  "docker ps --format '{{.Names}}'",
  'npm run build 2>&1 | Tee-Object build.log',
  'New-PSDrive -Name S -PSProvider FileSystem -Root \\\\srv-file-01\\share -Persist',
  "$c = New-Object System.Net.WebClient; $c.DownloadFile('https://srv-wsus-01.meridian.example/agent.msi', 'C:\\Windows\\Temp\\agent.msi')",
  'Add-Type -AssemblyName System.Windows.Forms; [System.Windows.Forms.SystemInformation]::PrimaryMonitorSize',
]

/** Script blocks that PowerShell logged: maintenance, mostly, with a few things that people typed. */
export function scriptblocks(machine: Machine): Row[] {
  const random = randomFor('scripts', machine.hostname)
  const count = random.int(120, machine.kind === 'server' ? 420 : 300)
  const drafts = Array.from({ length: count }, (_, n) => {
    const text = random.longTail(MAINTENANCE)
    const system = n % 5 !== 0
    return {
      at: COLLECTED_AT - random.int(0, 21 * DAY),
      text,
      sid: system ? 'S-1-5-18' : machine.sid,
      path: system
        ? `C:\\Windows\\CCM\\ScriptStore\\${hashesOf({ product: text, version: 'store' }).MD5.slice(0, 8)}.ps1`
        : '',
    }
  })
  if (machine === PATIENT)
    drafts.push({ at: marksOn(machine)!.processes[1]!.at + 900, text: SCRIPT, sid: machine.sid, path: '' })
  return drafts
    .sort((a, b) => a.at - b.at)
    .map(({ at, text, sid, path }, n) => {
      const id = random.hex(32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
      return {
        EventTime: timeText(at),
        Computer: machine.fqdn,
        Channel: 'Microsoft-Windows-PowerShell/Operational',
        EventID: 4104,
        SecurityID: sid,
        Path: path,
        ScriptBlockId: id,
        ScriptBlockText: text,
        Message: `Creating Scriptblock text (1 of 1):\n${text}\n\nScriptBlock ID: ${id}\nPath: ${path}\n`,
        EventRecordID: 9_000 + n,
        Level: 5,
        Opcode: 15,
        Task: 2,
        OSPath: 'C:\\Windows\\System32\\winevt\\Logs\\Microsoft-Windows-PowerShell%4Operational.evtx',
      }
    })
}
