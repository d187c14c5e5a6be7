package dev.cloakroom.testkit;

import dev.cloakroom.Session;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.cookie.CookiePolicy;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A browser for tests of engines: keeps the session cookie that it receives and sends it with each request. */
public final class Browser {

    private final String name;
    private volatile @Nullable String value;

    /** Creates a browser without a cookie, for the default cookie name. */
    public Browser() {
        this(CookiePolicy.STRICT_NAME);
    }

    /** Creates a browser without a cookie, for a cookie name. */
    public Browser(String name) {
        this.name = name;
    }

    /** Returns another browser with the same cookie. */
    public Browser copy() {
        Browser copy = new Browser(name);
        copy.value = value;
        return copy;
    }

    /** Returns the {@code Cookie} header that it sends, or null if it has no cookie. */
    public @Nullable String header() {
        String current = value;
        return current == null ? null : name + "=" + current;
    }

    /**
     * Returns the {@code Cookie} header that it sends.
     *
     * @throws AssertionError if it has no cookie
     */
    public String cookie() {
        return name + "=" + value();
    }

    /**
     * Returns the cookie's value.
     *
     * @throws AssertionError if it has no cookie
     */
    public String value() {
        String current = value;
        if (current == null) {
            throw new AssertionError("the browser has no cookie");
        }
        return current;
    }

    /** Receives a response's {@code Set-Cookie} values. An empty cookie value removes the cookie. */
    public void receive(List<String> setCookies) {
        for (String setCookie : setCookies) {
            String pair = setCookie.substring(0, setCookie.indexOf(';'));
            String received = pair.substring(pair.indexOf('=') + 1);
            value = received.isEmpty() ? null : received;
        }
    }

    /** Sends a request: opens the session, runs the handler, commits, and receives the cookies. Returns the session. */
    public Session request(SessionEngine engine, Consumer<Session> handler) {
        Session session = engine.open(header());
        handler.accept(session);
        receive(engine.commit(session));
        return session;
    }

    /** Sends a request whose handler does nothing. Returns the session. */
    public Session request(SessionEngine engine) {
        return request(engine, session -> {});
    }

    /** Sends a request that logs a principal in. Returns this browser. */
    public Browser login(SessionEngine engine, String principal) {
        request(engine, session -> session.login(principal));
        return this;
    }
}
