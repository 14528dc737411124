import { Form, useSearchParams } from '@remix-run/react'
import type { ReactNode } from 'react'
import { ChevronDown } from '#app/components/icons.tsx'
import { Link } from './link.tsx'

/** The filters of a list: a GET form, so that the address holds them. Sort is kept, the page starts over. */
export function FilterBar({
  children,
  label,
  keep = ['sort', 'dir'],
}: {
  children: ReactNode
  label: string
  keep?: string[]
}) {
  const [params] = useSearchParams()
  const kept = keep.flatMap((name) => params.getAll(name).map((value) => ({ name, value })))
  const filtered = [...params].some(
    ([name, value]) => value && !['sort', 'dir', 'cursor', 'at', 'row', 'limit'].includes(name),
  )
  return (
    <Form className="filters" method="get" role="search" aria-label={label} preventScrollReset>
      {kept.map(({ name, value }) => (
        <input key={name + value} type="hidden" name={name} value={value} />
      ))}
      {children}
      <button type="submit" className="btn">
        Apply
      </button>
      {filtered && (
        <Link className="btn quiet" to="?" preventScrollReset>
          Clear
        </Link>
      )}
    </Form>
  )
}

type Control = { name: string; title: string; className?: string }

/** A text filter that starts with what the address says. */
export function TextFilter({ name, title, className = 's', type = 'text', placeholder, list }: Control & TextOptions) {
  const value = useSearchParams()[0].get(name) ?? ''
  return (
    <label className={className}>
      {title}
      <input
        key={value}
        className="field"
        type={type}
        name={name}
        defaultValue={value}
        placeholder={placeholder}
        list={list}
      />
    </label>
  )
}
type TextOptions = { type?: 'text' | 'search' | 'datetime-local'; placeholder?: string; list?: string }

export type Choice = { value: string; title: string }

/** A choice that starts with what the address says; the first option is no filter. */
export function ChoiceFilter({
  name,
  title,
  className = 's',
  none,
  choices,
}: Control & { none: string; choices: Choice[] }) {
  const value = useSearchParams()[0].get(name) ?? ''
  return (
    <label className={className}>
      {title}
      <span className="select">
        <select key={value} className="field" name={name} defaultValue={value}>
          <option value="">{none}</option>
          {choices.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.title}
            </option>
          ))}
        </select>
        <ChevronDown aria-hidden="true" />
      </span>
    </label>
  )
}
