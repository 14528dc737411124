/** What each role is for, as a person reads it. */
export const ROLES = [
  { value: 'viewer', title: 'viewer: reads' },
  { value: 'user', title: 'user: hunts, uploads, works' },
  { value: 'lead', title: 'lead: also approves and closes' },
  { value: 'admin', title: 'admin: also users, sources, keys' },
]
