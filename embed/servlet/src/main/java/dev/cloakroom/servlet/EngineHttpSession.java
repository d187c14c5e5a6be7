package dev.cloakroom.servlet;

import dev.cloakroom.Attribute;
import dev.cloakroom.AttributeException;
import dev.cloakroom.AttributeType;
import dev.cloakroom.EncodedAttribute;
import dev.cloakroom.Session;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.SessionHandle;
import dev.cloakroom.ValueTypes;
import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpSession;
import java.time.Duration;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The engine's session as an {@code HttpSession}.
 *
 * <p>The engine's session is not thread-safe and an {@code HttpSession} has to be. So each method holds the lock that the
 * request's other operations hold.
 */
final class EngineHttpSession implements HttpSession {

    /** An idle timeout that stands for none. */
    private static final Duration NEVER = Duration.ofSeconds(Integer.MAX_VALUE);

    private final FilterSettings settings;
    private final Session session;
    private final ReentrantLock lock;
    private final boolean isNew;
    private final Consumer<EngineHttpSession> end;

    /** Objects that were read or set and that may change: null until there are any. */
    private @Nullable Map<String, Held> held;

    private boolean changed;

    /** An object that a request holds, and the bytes from which it was read or into which it was written. */
    private static final class Held {

        final Object value;
        boolean set;
        EncodedAttribute bytes;

        Held(Object value, boolean set, EncodedAttribute bytes) {
            this.value = value;
            this.set = set;
            this.bytes = bytes;
        }
    }

    /**
     * Takes a session.
     *
     * @param end ends the session, with the lock held
     */
    EngineHttpSession(
            FilterSettings settings,
            Session session,
            ReentrantLock lock,
            boolean isNew,
            Consumer<EngineHttpSession> end) {
        this.settings = settings;
        this.session = session;
        this.lock = lock;
        this.isNew = isNew;
        this.end = end;
    }

    /** Returns the engine's session. */
    Session session() {
        return session;
    }

    /** Returns and forgets whether something was changed through this object, or may have been. */
    boolean takeChanged() {
        boolean result = changed || held != null;
        changed = false;
        return result;
    }

    private HttpSessionEvents events() {
        return settings.events();
    }

    private void requireValid() {
        if (session.isEnded()) {
            throw new IllegalStateException("the session is over: get the request's session anew");
        }
    }

    @Override
    public long getCreationTime() {
        lock.lock();
        try {
            requireValid();
            return session.createdAt().toEpochMilli();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public String getId() {
        lock.lock();
        try {
            return SessionId.of(session);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long getLastAccessedTime() {
        lock.lock();
        try {
            requireValid();
            return session.previousAccess().toEpochMilli();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public ServletContext getServletContext() {
        return settings.context();
    }

    @Override
    public void setMaxInactiveInterval(int seconds) {
        lock.lock();
        try {
            requireValid();
            session.idleTimeout(seconds <= 0 ? NEVER : Duration.ofSeconds(seconds));
            changed = true;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int getMaxInactiveInterval() {
        lock.lock();
        try {
            Duration timeout = session.idleTimeout();
            if (timeout.compareTo(NEVER) >= 0) {
                return -1;
            }
            return (int) Math.max(1, timeout.toSeconds());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public @Nullable Object getAttribute(String name) {
        lock.lock();
        try {
            requireValid();
            return value(Objects.requireNonNull(name, "name"));
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Object value(String name) {
        EncodedAttribute encoded = session.encodedAttribute(name);
        if (encoded == null) {
            return null;
        }
        Held known = held == null ? null : held.get(name);
        if (known != null && known.bytes.equals(encoded)) {
            return known.value;
        }
        Object value = settings.values().decode(encoded);
        if (value != null && settings.values().isMutable(value)) {
            hold(name, new Held(value, false, encoded));
        }
        return value;
    }

    private void hold(String name, Held object) {
        Map<String, Held> map = held;
        if (map == null) {
            map = new HashMap<>();
            held = map;
        }
        map.put(name, object);
    }

    @Override
    public Enumeration<String> getAttributeNames() {
        lock.lock();
        try {
            requireValid();
            return Collections.enumeration(session.attributeNames());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void setAttribute(String name, @Nullable Object value) {
        Objects.requireNonNull(name, "name");
        if (value == null) {
            removeAttribute(name);
            return;
        }
        lock.lock();
        try {
            requireValid();
            EncodedAttribute encoded = settings.values().encode(name, value);
            Object before = before(name);
            events().binding(this, name, value, before);
            session.putEncoded(encoded);
            changed = true;
            if (settings.values().isMutable(value)) {
                hold(name, new Held(value, true, encoded));
            } else {
                forget(name);
            }
            events().set(this, name, value, before);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void removeAttribute(String name) {
        lock.lock();
        try {
            requireValid();
            EncodedAttribute encoded = session.encodedAttribute(Objects.requireNonNull(name, "name"));
            if (encoded != null) {
                Object before = before(name);
                session.remove(Attribute.of(name, AttributeType.BYTES));
                changed = true;
                forget(name);
                if (before != null) {
                    events().removed(this, name, before);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private void forget(String name) {
        if (held != null) {
            held.remove(name);
        }
    }

    /** Returns the value of an attribute that is about to be replaced, or null if nobody wants to know it. */
    private @Nullable Object before(String name) {
        EncodedAttribute encoded = session.encodedAttribute(name);
        if (encoded == null || !(events().wantAttributes() || settings.values().isOfProgram(encoded))) {
            return null;
        }
        try {
            return value(name);
        } catch (AttributeException e) {
            return null;
        }
    }

    @Override
    public void invalidate() {
        lock.lock();
        try {
            requireValid();
            end.accept(this);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean isNew() {
        lock.lock();
        try {
            requireValid();
            return isNew;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Accessor getAccessor() {
        lock.lock();
        try {
            requireValid();
            return accessor(settings, session.handle());
        } finally {
            lock.unlock();
        }
    }

    private static Accessor accessor(FilterSettings settings, SessionHandle handle) {
        SessionEngine engine = settings.engine();
        return consumer -> {
            Session found = engine.find(handle);
            if (found == null) {
                throw new IllegalStateException("the session is over");
            }
            EngineHttpSession view = new EngineHttpSession(
                    settings, found, new ReentrantLock(), false, ending -> ending.logout(ending.snapshot()));
            consumer.accept(view);
            view.write();
            engine.commitWithoutCookies(found);
        };
    }

    // What a request does with it

    /** Writes objects that have changed since they were set, or were read if the filter saves those, into the session. */
    void write() {
        Map<String, Held> map = held;
        if (map == null || session.isEnded()) {
            return;
        }
        boolean readToo = settings.saveMode() == SaveMode.READ;
        for (Map.Entry<String, Held> entry : map.entrySet()) {
            Held object = entry.getValue();
            if (object.set || readToo) {
                EncodedAttribute now = settings.values().encode(entry.getKey(), object.value);
                // What was changed through the engine meanwhile stays.
                if (!now.equals(object.bytes) && object.bytes.equals(session.encodedAttribute(entry.getKey()))) {
                    session.putEncoded(now);
                    object.bytes = now;
                }
            }
        }
    }

    /** Returns what the session is now, with the objects that the request holds. */
    EndedHttpSession snapshot() {
        Map<String, @Nullable EncodedAttribute> encoded = new LinkedHashMap<>();
        Map<String, Object> objects = new HashMap<>();
        for (EncodedAttribute attribute : session.encodedAttributes()) {
            encoded.put(attribute.name(), attribute);
        }
        if (held != null) {
            held.forEach((name, object) -> {
                if (object.bytes.equals(encoded.get(name))) {
                    objects.put(name, object.value);
                }
            });
        }
        ValueTypes values = settings.values();
        return new EndedHttpSession(
                events(),
                SessionId.of(session),
                session.createdAt(),
                session.previousAccess(),
                List.copyOf(encoded.keySet()),
                name -> {
                    Object object = objects.get(name);
                    EncodedAttribute attribute = encoded.get(name);
                    return object != null || attribute == null ? object : values.decode(attribute);
                });
    }

    /** Ends the session, and reports it as the request sees it. */
    void logout(EndedHttpSession as) {
        SessionHandle handle = session.handle();
        if (session.isNew()) {
            session.logout();
            events().neverStored(handle, as);
        } else {
            events().ending(handle, as, session::logout);
        }
    }
}
