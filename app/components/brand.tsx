/** Our mark: two strokes of a claw and the value they point at. */
export const BrandMark = () => (
  <svg className="mark" viewBox="0 0 20 20" aria-hidden="true">
    <path
      d="M2.5 2.5c.6 8 4.6 12.2 11 12.9"
      fill="none"
      stroke="currentColor"
      strokeWidth="2.75"
      strokeLinecap="round"
    />
    <path
      d="M2.5 9.5c.5 4 2.2 6.4 5 7.9"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.75"
      strokeLinecap="round"
      opacity=".4"
    />
    <circle className="dot" cx="17.3" cy="15.6" r="1.9" />
  </svg>
)
