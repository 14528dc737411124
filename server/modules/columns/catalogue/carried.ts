const CARRIED = new Set(
  `_Source _ts _OrgId _index Artifact ClientId FlowId Fqdn HuntId Hostname Organization org_name src_artifact timestamp client_time`.split(
    ' ',
  ),
)

/**
 * Whether a column is what doors, forwarders and exports add to a row: it says who sent the row and when, and comes and goes
 * with the way a row takes, not with its artifact.
 */
export const isCarried = (path: string) => CARRIED.has(path)
