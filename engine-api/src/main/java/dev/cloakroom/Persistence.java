package dev.cloakroom;

/** Determines whether the browser keeps a session's cookie when it closes ("remember me"). A login chooses it. */
public enum Persistence {

    /** The cookie has no {@code Max-Age}: the browser deletes it when it closes. */
    BROWSER_SESSION,

    /**
     * The cookie's {@code Max-Age} is the rest of the session's absolute lifetime. The session has the engine's
     * {@linkplain SessionEngine.Builder#persistentTimeouts persistent timeouts}.
     */
    PERSISTENT
}
