/** The tag that is drawn as a star. */
export const STAR = 'star'
export const MOST_TAGS = 20
