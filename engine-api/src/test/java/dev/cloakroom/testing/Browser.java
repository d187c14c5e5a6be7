package dev.cloakroom.testing;

import dev.cloakroom.Session;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.cookie.CookiePolicy;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A browser's side: keeps the session cookie that it is given, and sends it with each request. */
final class Browser {

    private final String name;
    private volatile @Nullable String value;

    Browser() {
        this(CookiePolicy.STRICT_NAME);
    }

    Browser(String name) {
        this.name = name;
    }

    /** Returns a browser that has got hold of this one's cookie. */
    Browser copy() {
        Browser copy = new Browser(name);
        copy.value = value;
        return copy;
    }

    /** Returns the header that it sends, or null if it has no cookie. */
    @Nullable
    String header() {
        String current = value;
        return current == null ? null : name + "=" + current;
    }

    /** Returns the header that it sends. It has a cookie. */
    String cookie() {
        return name + "=" + value();
    }

    /** Returns the cookie's value. It has one. */
    String value() {
        String current = value;
        if (current == null) {
            throw new AssertionError("the browser has no cookie");
        }
        return current;
    }

    void receive(List<String> setCookies) {
        for (String setCookie : setCookies) {
            String pair = setCookie.substring(0, setCookie.indexOf(';'));
            String received = pair.substring(pair.indexOf('=') + 1);
            value = received.isEmpty() ? null : received;
        }
    }

    /** Makes a request: opens the session, does something with it, commits, receives. */
    Session request(SessionEngine engine, Consumer<Session> handler) {
        Session session = engine.open(header());
        handler.accept(session);
        receive(engine.commit(session));
        return session;
    }

    /** Makes a request that does nothing. */
    Session request(SessionEngine engine) {
        return request(engine, session -> {});
    }

    Browser login(SessionEngine engine, String principal) {
        request(engine, session -> session.login(principal));
        return this;
    }
}
