/** What all of these come to. On a failure the others are awaited first: nothing of them outlives it. */
export async function allEnded<Works extends readonly unknown[] | []>(works: Works) {
  await Promise.allSettled(works)
  return Promise.all(works)
}
