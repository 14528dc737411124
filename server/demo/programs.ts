/** Software that people install, and what it leaves behind. `on`: w(orkstation), l(aptop), s(erver). */
export type Program = {
  name: string
  exe: string
  company: string
  version: string
  share: number
  on: string
  processes: number
  signed: boolean
  /** Runs as a service, at logon, by the task scheduler, or only when somebody starts it. */
  starts: 'service' | 'logon' | 'task' | 'person'
  talksTo: string
}

// name|exe|company|version|share in percent|on|processes|starts|talks to; a company that begins with ! did not sign.
const TABLE = String.raw`
Velociraptor|C:\Program Files\Velociraptor\Velociraptor.exe|Rapid7 LLC|0.74.2|100|wls|1|service|vr.meridian.example
Google Chrome|C:\Program Files\Google\Chrome\Application\chrome.exe|Google LLC|133.0.6943.142|88|wl|14|person|clients.browser.example
Microsoft Edge|C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe|Microsoft Corporation|133.0.3065.92|95|wls|9|logon|edge.browser.example
Microsoft Outlook|C:\Program Files\Microsoft Office\root\Office16\OUTLOOK.EXE|Microsoft Corporation|16.0.17928.20440|96|wl|1|person|mail.office.example
Microsoft Word|C:\Program Files\Microsoft Office\root\Office16\WINWORD.EXE|Microsoft Corporation|16.0.17928.20440|80|wl|1|person|docs.office.example
Microsoft Excel|C:\Program Files\Microsoft Office\root\Office16\EXCEL.EXE|Microsoft Corporation|16.0.17928.20440|75|wl|1|person|docs.office.example
Microsoft Teams|C:\Program Files\WindowsApps\MSTeams_25016.1906.3390.2283_x64__8wekyb3d8bbwe\ms-teams.exe|Microsoft Corporation|25016.1906|92|wl|5|logon|teams.office.example
OneDrive|C:\Program Files\Microsoft OneDrive\OneDrive.exe|Microsoft Corporation|25.020.0202.0001|90|wl|1|logon|files.office.example
Adobe Acrobat|C:\Program Files\Adobe\Acrobat DC\Acrobat\Acrobat.exe|Adobe Inc.|24.005.20414|70|wl|2|person|armmf.acrobat.example
Adobe Update Service|C:\Program Files (x86)\Common Files\Adobe\ARM\1.0\armsvc.exe|Adobe Inc.|1.824.460|70|wl|1|service|armmf.acrobat.example
Zoom|C:\Program Files\Zoom\bin\Zoom.exe|Zoom Video Communications, Inc.|6.3.10.61567|55|wl|2|person|us04.zoom.example
Slack|C:\Program Files\Slack\slack.exe|Slack Technologies, LLC|4.42.120|35|wl|6|logon|wss.slack.example
7-Zip|C:\Program Files\7-Zip\7zFM.exe|!Igor Pavlov|24.09|60|wls|0|person|
Notepad++|C:\Program Files\Notepad++\notepad++.exe|Notepad++|8.7.7|40|wls|1|person|notepad-plus.example
Visual Studio Code|C:\Program Files\Microsoft VS Code\Code.exe|Microsoft Corporation|1.97.2|30|wl|8|person|update.code.example
Git|C:\Program Files\Git\cmd\git.exe|Johannes Schindelin|2.48.1|28|wl|0|person|git.meridian.example
Python|C:\Program Files\Python312\python.exe|Python Software Foundation|3.12.9|18|wls|1|person|pypi.example
Docker Desktop|C:\Program Files\Docker\Docker\Docker Desktop.exe|Docker Inc|4.38.0|12|wl|4|logon|registry.docker.example
PuTTY|C:\Program Files\PuTTY\putty.exe|Simon Tatham|0.83|15|wl|1|person|
WinSCP|C:\Program Files (x86)\WinSCP\WinSCP.exe|Martin Prikryl|6.3.7|12|wl|0|person|
KeePass|C:\Program Files\KeePass Password Safe 2\KeePass.exe|Open Source Developer, Dominik Reichl|2.58|22|wl|1|person|
FortiClient|C:\Program Files\Fortinet\FortiClient\FortiTray.exe|Fortinet Technologies (Canada) ULC|7.4.2.1737|85|l|3|logon|vpn.meridian.example
FortiClient Scheduler|C:\Program Files\Fortinet\FortiClient\scheduler.exe|Fortinet Technologies (Canada) ULC|7.4.2.1737|85|l|1|service|vpn.meridian.example
Citrix Workspace|C:\Program Files (x86)\Citrix\ICA Client\SelfServicePlugin\SelfService.exe|Citrix Systems, Inc.|24.9.1.30|30|wl|2|logon|apps.meridian.example
SAP Logon|C:\Program Files (x86)\SAP\FrontEnd\SAPgui\saplogon.exe|SAP SE|8000.1.8.1164|35|wl|1|person|erp.meridian.example
Greenshot|C:\Program Files\Greenshot\Greenshot.exe|!Greenshot|1.3.285|20|wl|1|logon|
VLC|C:\Program Files\VideoLAN\VLC\vlc.exe|VideoLAN|3.0.21|18|wl|0|person|update.vlc.example
Firefox|C:\Program Files\Mozilla Firefox\firefox.exe|Mozilla Corporation|135.0.1|25|wl|7|person|aus5.firefox.example
Spotify|C:\Users\%USER%\AppData\Roaming\Spotify\Spotify.exe|Spotify AB|1.2.57.463|14|wl|4|logon|ap.spotify.example
Dropbox|C:\Program Files\Dropbox\Client\Dropbox.exe|Dropbox, Inc|218.4.4348|8|wl|3|logon|client.dropbox.example
TeamViewer|C:\Program Files\TeamViewer\TeamViewer_Service.exe|TeamViewer Germany GmbH|15.62.4|6|wls|1|service|router.teamviewer.example
AnyDesk|C:\Users\%USER%\Downloads\AnyDesk.exe|AnyDesk Software GmbH|9.0.4|3|wl|1|person|relay.anydesk.example
Wireshark|C:\Program Files\Wireshark\Wireshark.exe|Wireshark Foundation|4.4.3|6|wl|0|person|
Inkscape|C:\Program Files\Inkscape\bin\inkscape.exe|!Inkscape Project|1.4|5|wl|0|person|
Audacity|C:\Program Files\Audacity\Audacity.exe|Musecy SM Ltd.|3.7.1|4|wl|0|person|
Steam|C:\Program Files (x86)\Steam\steam.exe|Valve Corp.|9.51.36|3|l|3|logon|cm.steam.example
Chocolatey|C:\ProgramData\chocolatey\choco.exe|Chocolatey Software, Inc.|2.4.2|10|wls|0|task|community.chocolatey.example
Label printer agent|C:\ProgramData\BrightLabel\agent\blagent.exe|!BrightLabel Oy|3.1.0|9|w|1|logon|cloud.brightlabel.example
Badge reader|C:\ProgramData\DormaLink\reader\dlreader.exe|!DormaLink AS|1.8.22|5|w|1|service|10.20.30.9
Timesheet|C:\Users\%USER%\AppData\Local\Tempus\tempus.exe|!Tempus Software|5.4.0|16|wl|1|logon|api.tempus.example
HP Hotkey|C:\Program Files\HP\HP Hotkey Support\HotkeyService.exe|HP Inc.|7.1.24|80|l|1|service|
Realtek Audio|C:\Windows\System32\RtkAudUService64.exe|Realtek Semiconductor Corp.|1.0.681.1|75|wl|2|logon|
Intel Graphics|C:\Windows\System32\DriverStore\FileRepository\igfx\igfxCUIService.exe|Intel Corporation|31.0.101.5522|70|wl|1|service|
Lenovo Vantage|C:\Program Files (x86)\Lenovo\VantageService\4.2.18.0\LenovoVantageService.exe|Lenovo|4.2.18.0|40|wl|1|service|filedownload.lenovo.example
VMware Tools|C:\Program Files\VMware\VMware Tools\vmtoolsd.exe|VMware, Inc.|12.5.0.51152|100|s|2|service|
Veeam Agent|C:\Program Files\Veeam\Endpoint Backup\Veeam.EndPoint.Service.exe|Veeam Software Group GmbH|6.3.0.177|90|s|2|service|srv-bkp-01.meridian.example
SQL Server|C:\Program Files\Microsoft SQL Server\MSSQL16.MSSQLSERVER\MSSQL\Binn\sqlservr.exe|Microsoft Corporation|16.0.4175.1|25|s|1|service|
Zabbix Agent|C:\Program Files\Zabbix Agent 2\zabbix_agent2.exe|Zabbix SIA|7.0.9|95|s|1|service|lx-mon-01.meridian.example
Config Manager|C:\Windows\CCM\CcmExec.exe|Microsoft Corporation|5.00.9128|94|wls|1|service|srv-wsus-01.meridian.example`

export const PROGRAMS: Program[] = TABLE.trim().split('\n').map(program)

function program(row: string): Program {
  const [name, exe, company, version, share, on, processes, starts, talksTo] = row.split('|') as string[]
  return {
    name: name!,
    exe: exe!,
    company: company!.replace(/^!/, ''),
    signed: !company!.startsWith('!'),
    version: version!,
    share: Number(share) / 100,
    on: on!,
    processes: Number(processes),
    starts: starts as Program['starts'],
    talksTo: talksTo!,
  }
}
