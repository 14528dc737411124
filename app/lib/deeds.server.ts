type Deed = { detail: unknown }

/** Details are free-form JSON: they travel to the page as text. */
export const withDetailText = <T extends Deed>(deeds: T[]) =>
  deeds.map(({ detail, ...deed }) => ({ ...deed, detail: textOf(detail) }))

const textOf = (detail: unknown) => (detail === null || JSON.stringify(detail) === '{}' ? '' : JSON.stringify(detail))
