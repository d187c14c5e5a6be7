package dev.cloakroom.light4j;

import com.networknt.session.Session;
import io.undertow.server.HttpServerExchange;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A session of light-4j's API over one of Undertow's.
 *
 * @param session Undertow's
 * @param exchange the request's, or null if the session was found by its name
 */
record LightSession(
        io.undertow.server.session.Session session,
        @Nullable HttpServerExchange exchange) implements Session {

    @Override
    public String getId() {
        return session.getId();
    }

    @Override
    public long getCreationTime() {
        return session.getCreationTime();
    }

    @Override
    public long getLastAccessedTime() {
        return session.getLastAccessedTime();
    }

    /** Does nothing: the engine notes each access. */
    @Override
    public void setLastAccessedTime(long lastAccessedTime) {}

    @Override
    public void setMaxInactiveInterval(int interval) {
        session.setMaxInactiveInterval(interval);
    }

    @Override
    public int getMaxInactiveInterval() {
        return session.getMaxInactiveInterval();
    }

    @Override
    public boolean isExpired() {
        return session.isInvalid();
    }

    @Override
    public @Nullable Object getAttribute(String name) {
        return session.getAttribute(name);
    }

    @Override
    public Set<String> getAttributeNames() {
        return session.getAttributeNames();
    }

    @Override
    public @Nullable Object setAttribute(String name, @Nullable Object value) {
        return session.setAttribute(name, value);
    }

    @Override
    public @Nullable Object removeAttribute(String name) {
        return session.removeAttribute(name);
    }

    @Override
    public String changeSessionId() {
        return session.changeSessionId(exchange, null);
    }
}
