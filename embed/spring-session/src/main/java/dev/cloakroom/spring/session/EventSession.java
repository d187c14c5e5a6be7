package dev.cloakroom.spring.session;

import dev.cloakroom.EncodedAttribute;
import dev.cloakroom.SessionEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.session.Session;

/** The session of an event: what it held then. Immutable. */
final class EventSession implements Session {

    private final SessionEvent event;
    private final SessionValues values;

    EventSession(SessionEvent event, SessionValues values) {
        this.event = event;
        this.values = values;
    }

    @Override
    public String getId() {
        return SessionId.of(event.handle(), event.idGeneration()).toString();
    }

    @Override
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // The caller knows what was put.
    public <T> @Nullable T getAttribute(String attributeName) {
        for (EncodedAttribute attribute : event.attributes().encoded()) {
            if (attribute.name().equals(attributeName)) {
                SessionValues.Read read = values.read(attribute);
                return read == null ? null : (T) read.value();
            }
        }
        return null;
    }

    @Override
    public Set<String> getAttributeNames() {
        return Set.copyOf(event.attributes().names());
    }

    @Override
    public Instant getCreationTime() {
        return event.createdAt();
    }

    @Override
    public Instant getLastAccessedTime() {
        return event.lastAccessedAt();
    }

    @Override
    public Duration getMaxInactiveInterval() {
        return Duration.ZERO;
    }

    @Override
    public boolean isExpired() {
        return event instanceof SessionEvent.Ended;
    }

    @Override
    public String changeSessionId() {
        throw unchangeable();
    }

    @Override
    public void setAttribute(String attributeName, @Nullable Object attributeValue) {
        throw unchangeable();
    }

    @Override
    public void removeAttribute(String attributeName) {
        throw unchangeable();
    }

    @Override
    public void setLastAccessedTime(Instant lastAccessedTime) {
        throw unchangeable();
    }

    @Override
    public void setMaxInactiveInterval(Duration interval) {
        throw unchangeable();
    }

    private static IllegalStateException unchangeable() {
        return new IllegalStateException("the session of an event cannot be changed: find a live one by its id");
    }

    /** Returns the id, nothing of the attributes. */
    @Override
    public String toString() {
        return "EventSession[" + getId() + "]";
    }
}
