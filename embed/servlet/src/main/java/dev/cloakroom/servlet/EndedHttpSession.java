package dev.cloakroom.servlet;

import dev.cloakroom.AttributeException;
import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpSession;
import java.time.Instant;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What a session was, for listeners. It can be read and not be changed. */
final class EndedHttpSession implements HttpSession {

    private final HttpSessionEvents events;
    private final String id;
    private final Instant createdAt;
    private final Instant lastAccessedAt;
    private final List<String> names;
    private final Function<String, @Nullable Object> reader;

    EndedHttpSession(
            HttpSessionEvents events,
            String id,
            Instant createdAt,
            Instant lastAccessedAt,
            List<String> names,
            Function<String, @Nullable Object> reader) {
        this.events = events;
        this.id = id;
        this.createdAt = createdAt;
        this.lastAccessedAt = lastAccessedAt;
        this.names = names;
        this.reader = reader;
    }

    List<String> names() {
        return names;
    }

    /** Returns an attribute, or null if it cannot be read. */
    @Nullable
    Object readable(String name) {
        try {
            return reader.apply(name);
        } catch (AttributeException e) {
            return null;
        }
    }

    private static IllegalStateException over() {
        return new IllegalStateException("the session is over: it can only be read");
    }

    @Override
    public String getId() {
        return id;
    }

    @Override
    public long getCreationTime() {
        return createdAt.toEpochMilli();
    }

    @Override
    public long getLastAccessedTime() {
        return lastAccessedAt.toEpochMilli();
    }

    @Override
    public int getMaxInactiveInterval() {
        return 0;
    }

    @Override
    public ServletContext getServletContext() {
        ServletContext context = events.context();
        if (context == null) {
            throw new IllegalStateException("the filter is not initialised yet");
        }
        return context;
    }

    @Override
    public @Nullable Object getAttribute(String name) {
        return reader.apply(name);
    }

    @Override
    public Enumeration<String> getAttributeNames() {
        return Collections.enumeration(names);
    }

    @Override
    public boolean isNew() {
        return false;
    }

    @Override
    public void setMaxInactiveInterval(int seconds) {
        throw over();
    }

    @Override
    public void setAttribute(String name, Object value) {
        throw over();
    }

    @Override
    public void removeAttribute(String name) {
        throw over();
    }

    @Override
    public void invalidate() {
        throw over();
    }
}
