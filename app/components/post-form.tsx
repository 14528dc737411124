import { Form, type FormProps } from '@remix-run/react'
import { useViewer } from '#app/lib/viewer.ts'

/**
 * A form that changes something. It says in which tenant its page was drawn, so that one left open while its person went over
 * to another tenant changes nothing there.
 */
export const PostForm = ({ children, ...form }: Omit<FormProps, 'method'>) => {
  const viewer = useViewer()
  return (
    <Form {...form} method="post">
      {viewer && <input type="hidden" name="tenant" value={viewer.tenantId} />}
      {children}
    </Form>
  )
}
