import { createContext, useContext } from 'react'

// The nonce reaches the document through React alone: in loader data a script could read it.
const Nonce = createContext<string | undefined>(undefined)

export const NonceProvider = Nonce.Provider

/** The Content-Security-Policy nonce of this response; undefined in the browser. */
export const useNonce = () => useContext(Nonce)
