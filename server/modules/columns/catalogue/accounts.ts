import type { Entry } from './entry.ts'

const UAL = ['Clients', 'DNS', 'SystemIdentity', 'ROLE_IDS', 'VIRTUALMACHINES', 'CLIENTS', 'ROLE_ACCESS']
const INFO = ['BasicInformation', 'WindowsInfo', 'LinuxInfo', 'DetailedInfo', 'Users']

/** Who is who: accounts, their logons, and the host itself. */
export const accounts: Entry[] = [
  {
    artifacts: [
      'Windows.Forensics.UserAccessLogs',
      ...UAL.map((source) => `Windows.Forensics.UserAccessLogs/${source}`),
    ],
    time: { LastAccess: 'last accessed', InsertDate: 'first accessed', LastSeen: 'seen', CreationTime: 'created' },
    ip: ['Address'],
    user: ['AuthenticatedUserName'],
    domain: ['HostName'],
  },
  {
    artifacts: ['Windows.Sys.Users', 'Windows.Sys.AllUsers'],
    time: {
      Mtime: 'modified',
      HomedirMtime: 'home modified',
      'Data.ProfileLoadTime': 'logged on',
      'Data.ProfileUnloadTime': 'logged off',
    },
    user: ['Name', 'UUID'],
    path: ['Directory'],
  },
  { artifacts: ['Windows.System.LocalAdmins'], user: ['Name', 'SID'] },
  {
    artifacts: ['Generic.Client.Info', ...INFO.map((source) => `Generic.Client.Info/${source}`)],
    time: { LastLogin: 'logged on' },
    host: ['Fqdn', 'Hostname', 'Computer Info.DNSHostName'],
    ip: ['Network Info.IPAddresses[]', 'IPAddresses[]'],
    user: ['Computer Info.UserName'],
  },
  {
    artifacts: ['Linux.Sys.LastUserLogin'],
    time: { login_time: 'logged on', logout_time: 'logged off' },
    user: ['login_User'],
    ip: ['login_IpAddr'],
    domain: ['login_Host'],
  },
  {
    artifacts: ['Linux.Syslog.SSHLogin'],
    time: { Time: 'logged' },
    ip: ['IP'],
    user: ['AttemptedUser'],
  },
  { artifacts: ['Linux.Sys.Users'], user: ['User'], path: ['Homedir', 'Shell'] },
  { artifacts: ['Linux.Ssh.AuthorizedKeys'], path: ['OSPath'], user: ['User', 'comment'] },
]
