package dev.cloakroom;

/** Whether the browser keeps a session's cookie when it is closed ("remember me"), chosen at login. */
public enum Persistence {

    /** The cookie has no {@code Max-Age}: it goes when the browser is closed. */
    BROWSER_SESSION,

    /**
     * The cookie's {@code Max-Age} is what is left of the session's absolute lifetime. The session has the engine's
     * {@linkplain SessionEngine.Builder#persistentTimeouts persistent timeouts}.
     */
    PERSISTENT
}
