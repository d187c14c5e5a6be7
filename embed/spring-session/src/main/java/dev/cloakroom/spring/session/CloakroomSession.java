package dev.cloakroom.spring.session;

import dev.cloakroom.Persistence;
import dev.cloakroom.SessionLimitException;
import jakarta.servlet.ServletRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.session.SaveMode;
import org.springframework.session.Session;

/**
 * A session of the engine, as Spring Session sees it.
 *
 * <p><b>The id</b> is the session's handle and the number of its logins and explicit renewals. It changes when Spring
 * expects another id, and may be shown and logged: it opens nothing, because the cookie holds another, secret id.
 *
 * <p><b>Attributes.</b> Requests that change different attributes of one session do not disturb each other. A value is
 * stored as it was when {@link #setAttribute} was called, unless the repository's {@link SaveMode} says more. A value is
 * decoded once in a request, so each call of {@link #getAttribute} returns the same object.
 *
 * <p><b>The principal.</b> Setting the attribute {@code SPRING_SECURITY_CONTEXT} or
 * {@link org.springframework.session.FindByIndexNameSessionRepository#PRINCIPAL_NAME_INDEX_NAME} logs the principal in: at
 * once, with a new id, and within the engine's limit of sessions.
 *
 * <p>Not safe for use by several threads at a time. Each request has its own.
 */
public final class CloakroomSession implements Session {

    /** What stands for a session that never ends for being idle; the absolute timeout holds all the same. */
    private static final Duration NEVER_IDLE = Duration.ofDays(36_500);

    private final SessionValues values;
    private final SaveMode saveMode;
    private final @Nullable Exchange exchange;
    private final Map<String, Known> known = new HashMap<>();

    private dev.cloakroom.Session session;

    /** A value of this request, and what it was encoded as, null if it cannot change. */
    private record Known(Object value, byte @Nullable [] json) {}

    CloakroomSession(
            dev.cloakroom.Session session, SessionValues values, SaveMode saveMode, @Nullable Exchange exchange) {
        this.session = session;
        this.values = values;
        this.saveMode = saveMode;
        this.exchange = exchange;
    }

    /**
     * Returns the session of a request, or null if the request has none, or nothing has asked for it yet.
     *
     * @throws IllegalStateException if the request did not pass {@link CloakroomSessionFilter}
     */
    public static @Nullable CloakroomSession of(ServletRequest request) {
        return Exchange.of(request).current();
    }

    /** Returns the engine's session: for typed attributes, updates, refreshes and CSRF tokens. The filter commits it. */
    public dev.cloakroom.Session engineSession() {
        return session;
    }

    @Override
    public String getId() {
        return SessionId.of(session.handle(), session.idGeneration()).toString();
    }

    /**
     * Gives the session another id at once, without grace. A session that is not stored yet keeps its id, which no browser
     * has.
     */
    @Override
    public String changeSessionId() {
        session.renewId();
        saveIfForwarded();
        return getId();
    }

    @Override
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // The caller knows what it put.
    public <T> @Nullable T getAttribute(String attributeName) {
        Known before = known.get(attributeName);
        if (before != null) {
            return (T) before.value();
        }
        SessionValues.Read read = values.read(session.encodedAttribute(attributeName));
        if (read == null) {
            return null;
        }
        known.put(attributeName, new Known(read.value(), read.json()));
        return (T) read.value();
    }

    @Override
    public Set<String> getAttributeNames() {
        return Set.copyOf(session.attributeNames());
    }

    /**
     * Sets an attribute. A null removes it.
     *
     * @throws IllegalArgumentException if the value's class may not be stored; the message says how to allow it
     */
    @Override
    public void setAttribute(String attributeName, @Nullable Object attributeValue) {
        if (attributeValue == null) {
            removeAttribute(attributeName);
            return;
        }
        byte[] json = values.put(session, attributeName, attributeValue);
        known.put(attributeName, new Known(attributeValue, json));
        String principal = SessionAttributeNames.principal(attributeName, attributeValue);
        if (principal != null && !principal.equals(session.principal())) {
            loginForAttribute(attributeName, principal);
        }
    }

    private void loginForAttribute(String attributeName, String principal) {
        try {
            login(principal);
        } catch (RuntimeException e) {
            if (!session.isEnded()) {
                removeAttribute(attributeName);
            }
            throw e;
        }
    }

    @Override
    public void removeAttribute(String attributeName) {
        known.remove(attributeName);
        session.remove(values.attribute(attributeName));
    }

    @Override
    public Instant getCreationTime() {
        return session.createdAt();
    }

    /** Does nothing: the engine stored the access when the request's cookie was looked up. */
    @Override
    public void setLastAccessedTime(Instant lastAccessedTime) {}

    @Override
    public Instant getLastAccessedTime() {
        return session.lastAccessedAt();
    }

    /** Sets how long this session lives after its last access. Zero or less: as long as the absolute timeout lets it. */
    @Override
    public void setMaxInactiveInterval(Duration interval) {
        session.idleTimeout(interval.isNegative() || interval.isZero() ? NEVER_IDLE : interval);
    }

    /** Returns how long the session lives after its last access, or minus a second if only the absolute timeout ends it. */
    @Override
    public Duration getMaxInactiveInterval() {
        Duration idle = session.idleTimeout();
        return idle.compareTo(NEVER_IDLE) < 0 ? idle : Duration.ofSeconds(-1);
    }

    @Override
    public boolean isExpired() {
        return session.isEnded();
    }

    /** Binds a principal. The exchange knows whether the browser is to keep the cookie. */
    void login(String principal) {
        login(principal, exchange == null ? Persistence.BROWSER_SESSION : exchange.persistence());
    }

    void login(String principal, Persistence persistence) {
        String before = session.principal();
        try {
            session.login(principal, persistence);
        } catch (SessionLimitException e) {
            if (session.isEnded() && exchange != null) {
                session = exchange.reopen(session);
                known.clear();
            }
            throw SpringSecurity.refused(e);
        }
        if (before != null && !before.equals(principal)) {
            // What the session of the principal before held is gone.
            known.clear();
        }
        saveIfForwarded();
    }

    private void saveIfForwarded() {
        if (exchange != null) {
            exchange.saveIfForwarded();
        }
    }

    /** Stores what was changed in place, if the save mode says so. */
    void putChangedInPlace() {
        if (saveMode == SaveMode.ON_SET_ATTRIBUTE || session.isEnded()) {
            return;
        }
        known.replaceAll((name, value) -> value.json() == null
                ? value
                : new Known(value.value(), values.putIfChanged(session, name, value.value(), value.json())));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof CloakroomSession that && getId().equals(that.getId());
    }

    @Override
    public int hashCode() {
        return session.handle().hashCode();
    }

    /** Returns the session's fingerprint, nothing of its attributes. */
    @Override
    public String toString() {
        return "Cloakroom" + session;
    }
}
