const rows = (table: string) =>
  table
    .trim()
    .split('\n')
    .map((row) => row.split('|'))

export type Service = {
  name: string
  display: string
  image: string
  dll: string
  start: string
  running: boolean
  account: string
}

// name|display|svchost group or image|dll|start (A auto, M manual, D disabled)|running|account (S system, L local service, N network service)
const SERVICES_TABLE = String.raw`
AppIDSvc|Application Identity|LocalServiceNetworkRestricted|appidsvc|M|0|L
Appinfo|Application Information|netsvcs|appinfo|M|1|S
AppXSvc|AppX Deployment Service|wsappx|appxdeploymentserver|M|1|S
AudioEndpointBuilder|Windows Audio Endpoint Builder|LocalSystemNetworkRestricted|AudioEndpointBuilder|A|1|S
Audiosrv|Windows Audio|LocalServiceNetworkRestricted|Audiosrv|A|1|L
BFE|Base Filtering Engine|LocalServiceNoNetworkFirewall|bfe|A|1|L
BITS|Background Intelligent Transfer Service|netsvcs|qmgr|M|1|S
BrokerInfrastructure|Background Tasks Infrastructure Service|DcomLaunch|psmsrv|A|1|S
BthAvctpSvc|AVCTP service|LocalService|BthAvctpSvc|M|1|L
camsvc|Capability Access Manager Service|osprivacy|CapabilityAccessManager|M|1|S
CDPSvc|Connected Devices Platform Service|LocalService|CDPSvc|A|1|L
CertPropSvc|Certificate Propagation|netsvcs|certprop|M|0|S
COMSysApp|COM+ System Application|C:\Windows\System32\dllhost.exe /Processid:{02D4B3F1-FD88-11D1-960D-00805FC79235}||M|0|S
CoreMessagingRegistrar|CoreMessaging|LocalServiceNoNetwork|coremessaging|A|1|L
CryptSvc|Cryptographic Services|NetworkService|cryptsvc|A|1|N
DcomLaunch|DCOM Server Process Launcher|DcomLaunch|rpcss|A|1|S
DeviceAssociationService|Device Association Service|LocalSystemNetworkRestricted|das|A|1|S
Dhcp|DHCP Client|LocalServiceNetworkRestricted|dhcpcore|A|1|L
DiagTrack|Connected User Experiences and Telemetry|utcsvc|diagtrack|A|1|S
DispBrokerDesktopSvc|Display Policy Service|LocalService|DispBroker.Desktop|A|1|L
Dnscache|DNS Client|NetworkService|dnsrslvr|A|1|N
DoSvc|Delivery Optimization|NetworkService|dosvc|A|1|N
DPS|Diagnostic Policy Service|LocalServiceNoNetwork|dps|A|1|L
DusmSvc|Data Usage|LocalServiceNetworkRestricted|dusmsvc|A|1|L
EventLog|Windows Event Log|LocalServiceNetworkRestricted|wevtsvc|A|1|L
EventSystem|COM+ Event System|LocalService|es|A|1|L
Fax|Fax|C:\Windows\System32\fxssvc.exe||M|0|N
fdPHost|Function Discovery Provider Host|LocalService|fdPHost|M|0|L
FontCache|Windows Font Cache Service|LocalService|FntCache|A|1|L
gpsvc|Group Policy Client|netsvcs|gpsvc|A|1|S
hidserv|Human Interface Device Service|LocalSystemNetworkRestricted|hidserv|M|0|S
IKEEXT|IKE and AuthIP IPsec Keying Modules|netsvcs|ikeext|A|1|S
iphlpsvc|IP Helper|NetSvcs|iphlpsvc|A|1|S
KeyIso|CNG Key Isolation|C:\Windows\System32\lsass.exe||M|1|S
LanmanServer|Server|netsvcs|srvsvc|A|1|S
LanmanWorkstation|Workstation|NetworkService|wkssvc|A|1|N
lfsvc|Geolocation Service|netsvcs|lfsvc|M|1|S
lmhosts|TCP/IP NetBIOS Helper|LocalServiceNetworkRestricted|lmhsvc|M|1|L
LSM|Local Session Manager|DcomLaunch|lsm|A|1|S
MDCoreSvc|Microsoft Defender Core Service|C:\ProgramData\Microsoft\Windows Defender\Platform\4.18.25010.11-0\MpDefenderCoreService.exe||A|1|S
mpssvc|Windows Defender Firewall|LocalServiceNoNetworkFirewall|mpssvc|A|1|L
MSDTC|Distributed Transaction Coordinator|C:\Windows\System32\msdtc.exe||M|0|N
msiserver|Windows Installer|C:\Windows\System32\msiexec.exe /V||M|0|S
NcbService|Network Connection Broker|LocalSystemNetworkRestricted|ncbservice|M|1|S
Netlogon|Netlogon|C:\Windows\System32\lsass.exe||A|1|S
Netman|Network Connections|LocalSystemNetworkRestricted|netman|M|0|S
netprofm|Network List Service|netprofm|netprofmsvc|M|1|L
NlaSvc|Network Location Awareness|netprofm|nlasvc|A|1|N
nsi|Network Store Interface Service|LocalService|nsisvc|A|1|L
PcaSvc|Program Compatibility Assistant Service|LocalSystemNetworkRestricted|pcasvc|A|1|S
PlugPlay|Plug and Play|DcomLaunch|umpnpmgr|M|1|S
PolicyAgent|IPsec Policy Agent|NetworkServiceNetworkRestricted|ipsecsvc|M|0|N
Power|Power|DcomLaunch|umpo|A|1|S
PrintNotify|Printer Extensions and Notifications|print|spoolsv|M|0|S
ProfSvc|User Profile Service|UserProfileService|profsvc|A|1|S
RasMan|Remote Access Connection Manager|netsvcs|rasmans|A|1|S
RemoteAccess|Routing and Remote Access|netsvcs|mprdim|D|0|S
RemoteRegistry|Remote Registry|localService|regsvc|D|0|L
RpcEptMapper|RPC Endpoint Mapper|RPCSS|RpcEpMap|A|1|N
RpcSs|Remote Procedure Call (RPC)|rpcss|rpcss|A|1|N
SamSs|Security Accounts Manager|C:\Windows\System32\lsass.exe||A|1|S
SCardSvr|Smart Card|LocalServiceAndNoImpersonation|SCardSvr|M|0|L
Schedule|Task Scheduler|netsvcs|schedsvc|A|1|S
seclogon|Secondary Logon|netsvcs|seclogon|M|0|S
SecurityHealthService|Windows Security Service|C:\Windows\System32\SecurityHealthService.exe||M|1|S
SENS|System Event Notification Service|netsvcs|sens|A|1|S
SessionEnv|Remote Desktop Configuration|netsvcs|SessEnv|M|0|S
SgrmBroker|System Guard Runtime Monitor Broker|C:\Windows\System32\SgrmBroker.exe||A|1|S
ShellHWDetection|Shell Hardware Detection|netsvcs|shsvcs|A|1|S
Spooler|Print Spooler|C:\Windows\System32\spoolsv.exe||A|1|S
sppsvc|Software Protection|C:\Windows\System32\sppsvc.exe||A|0|N
SSDPSRV|SSDP Discovery|LocalServiceAndNoImpersonation|ssdpsrv|M|1|L
StateRepository|State Repository Service|appmodel|windows.staterepository|A|1|S
StorSvc|Storage Service|LocalSystemNetworkRestricted|storsvc|A|1|S
SysMain|SysMain|LocalSystemNetworkRestricted|sysmain|A|1|S
SystemEventsBroker|System Events Broker|DcomLaunch|SystemEventsBrokerServer|A|1|S
TermService|Remote Desktop Services|NetworkService|termsrv|M|1|N
Themes|Themes|netsvcs|themeservice|A|1|S
TimeBrokerSvc|Time Broker|LocalServiceNetworkRestricted|TimeBrokerServer|M|1|L
TokenBroker|Web Account Manager|netsvcs|TokenBroker|M|1|S
TrkWks|Distributed Link Tracking Client|LocalSystemNetworkRestricted|trkwks|A|1|S
TrustedInstaller|Windows Modules Installer|C:\Windows\servicing\TrustedInstaller.exe||M|0|S
UmRdpService|Remote Desktop Services UserMode Port Redirector|LocalSystemNetworkRestricted|umrdp|M|0|S
UserManager|User Manager|netsvcs|usermgr|A|1|S
UsoSvc|Update Orchestrator Service|netsvcs|usosvc|A|1|S
VaultSvc|Credential Manager|C:\Windows\System32\lsass.exe||M|1|S
vds|Virtual Disk|C:\Windows\System32\vds.exe||M|0|S
VSS|Volume Shadow Copy|C:\Windows\System32\vssvc.exe||M|0|S
W32Time|Windows Time|LocalService|w32time|A|1|L
WbioSrvc|Windows Biometric Service|WbioSvcGroup|wbiosrvc|M|0|S
Wcmsvc|Windows Connection Manager|LocalServiceNetworkRestricted|wcmsvc|A|1|L
WdiServiceHost|Diagnostic Service Host|LocalService|wdi|M|1|L
WdNisSvc|Microsoft Defender Antivirus Network Inspection Service|C:\ProgramData\Microsoft\Windows Defender\Platform\4.18.25010.11-0\NisSrv.exe||M|1|L
WinDefend|Microsoft Defender Antivirus Service|C:\ProgramData\Microsoft\Windows Defender\Platform\4.18.25010.11-0\MsMpEng.exe||A|1|S
WinHttpAutoProxySvc|WinHTTP Web Proxy Auto-Discovery Service|LocalServiceNetworkRestricted|winhttp|M|1|L
Winmgmt|Windows Management Instrumentation|netsvcs|WMIsvc|A|1|S
WinRM|Windows Remote Management (WS-Management)|NetworkService|WsmSvc|M|0|N
WlanSvc|WLAN AutoConfig|LocalSystemNetworkRestricted|wlansvc|A|1|S
wlidsvc|Microsoft Account Sign-in Assistant|netsvcs|wlidsvc|M|1|S
WpnService|Windows Push Notifications System Service|netsvcs|WpnService|A|1|S
wscsvc|Security Center|LocalServiceNetworkRestricted|wscsvc|A|1|L
WSearch|Windows Search|C:\Windows\System32\SearchIndexer.exe /Embedding||A|1|S
wuauserv|Windows Update|netsvcs|wuaueng|M|1|S`

const START: Record<string, string> = { A: 'Auto', M: 'Manual', D: 'Disabled' }
const ACCOUNT: Record<string, string> = {
  S: 'LocalSystem',
  L: 'NT AUTHORITY\\LocalService',
  N: 'NT AUTHORITY\\NetworkService',
}

export const SERVICES: Service[] = rows(SERVICES_TABLE).map(([name, display, image, dll, start, running, account]) => ({
  name: name!,
  display: display!,
  image: image!.includes('\\') ? image! : `C:\\Windows\\system32\\svchost.exe -k ${image} -p`,
  dll: dll ? `C:\\Windows\\System32\\${dll}.dll` : '',
  start: START[start!]!,
  running: running === '1',
  account: ACCOUNT[account!]!,
}))
