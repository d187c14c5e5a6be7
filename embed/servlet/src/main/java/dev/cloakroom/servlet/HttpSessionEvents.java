package dev.cloakroom.servlet;

import dev.cloakroom.EncodedAttribute;
import dev.cloakroom.SessionAttributes;
import dev.cloakroom.SessionEvent;
import dev.cloakroom.SessionHandle;
import dev.cloakroom.SessionListener;
import dev.cloakroom.ValueTypes;
import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpSession;
import jakarta.servlet.http.HttpSessionAttributeListener;
import jakarta.servlet.http.HttpSessionBindingEvent;
import jakarta.servlet.http.HttpSessionBindingListener;
import jakarta.servlet.http.HttpSessionEvent;
import jakarta.servlet.http.HttpSessionIdListener;
import jakarta.servlet.http.HttpSessionListener;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EventListener;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells the listeners of servlets what happens to sessions. A filter cannot reach the listeners that a container knows,
 * so they are given here. The engine needs this object too, because sessions expire, and are ended by a logout everywhere,
 * when no request of theirs runs:
 *
 * <pre>{@code
 * HttpSessionEvents events = HttpSessionEvents.of(values, new AuditListener());
 * SessionEngine engine = SessionEngine.builder().keys(keys).listener(events).build();
 * CloakroomFilter filter = CloakroomFilter.builder(engine).events(events).build();
 * }</pre>
 *
 * <p><b>{@link HttpSessionListener}</b>: {@code sessionCreated} is called by {@code getSession}, with a session that can be
 * changed, or when a session is first stored that was begun through the engine, with one that can only be read. {@code sessionDestroyed} is called when the
 * session has ended, in the cluster once: by {@code invalidate}, by the engine's operations, or at expiry. The session that
 * it gets has the id, the times and the attributes of the ended one. They can be read and not be changed.
 *
 * <p><b>{@link HttpSessionAttributeListener}</b>: called by {@code setAttribute} and {@code removeAttribute}, and for each
 * attribute of a session that has ended. Changes through the engine's {@code Session} are not reported.
 *
 * <p><b>{@link HttpSessionIdListener}</b>: called by {@code changeSessionId}, and after a login through the engine. A
 * periodic renewal of the cookie does not change an {@code HttpSession}'s id.
 *
 * <p>Values that are {@link HttpSessionBindingListener}s are told of their binding and unbinding. For {@code
 * sessionDestroyed} and unbindings at an ending the value is a decoded copy, unless the request that ended the session had
 * it.
 *
 * <p>Thread-safe, if the listeners are. What a listener throws is logged and changes nothing.
 */
public final class HttpSessionEvents implements SessionListener {

    private static final System.Logger LOGGER = System.getLogger("dev.cloakroom.servlet");

    private final ValueTypes values;
    private final boolean given;
    private final List<HttpSessionListener> sessionListeners;
    private final List<HttpSessionListener> reversed;
    private final List<HttpSessionAttributeListener> attributeListeners;
    private final List<HttpSessionIdListener> idListeners;

    /** Sessions that requests are ending, as these requests see them. */
    private final Map<SessionHandle, EndedHttpSession> ending = new ConcurrentHashMap<>();

    /** Sessions that were reported as created and are not stored yet. */
    private final Set<SessionHandle> announced = ConcurrentHashMap.newKeySet();

    private volatile boolean connected;
    private volatile @Nullable ServletContext context;

    private HttpSessionEvents(ValueTypes values, boolean given, List<EventListener> listeners) {
        this.values = values;
        this.given = given;
        this.sessionListeners = those(HttpSessionListener.class, listeners);
        this.reversed = new ArrayList<>(sessionListeners);
        Collections.reverse(reversed);
        this.attributeListeners = those(HttpSessionAttributeListener.class, listeners);
        this.idListeners = those(HttpSessionIdListener.class, listeners);
    }

    /**
     * Returns events for listeners, each of which implements one or several of {@link HttpSessionListener}, {@link
     * HttpSessionAttributeListener} and {@link HttpSessionIdListener}. There may be none: then values that are binding
     * listeners are told of an ending.
     *
     * @param values decodes the attributes of a session that has ended; the filter uses the same
     * @throws IllegalArgumentException if a listener is of none of these types
     */
    public static HttpSessionEvents of(ValueTypes values, EventListener... listeners) {
        for (EventListener listener : listeners) {
            if (!(listener instanceof HttpSessionListener
                    || listener instanceof HttpSessionAttributeListener
                    || listener instanceof HttpSessionIdListener)) {
                throw new IllegalArgumentException(listener.getClass().getName() + " is no HttpSessionListener,"
                        + " HttpSessionAttributeListener or HttpSessionIdListener: give it to the container");
            }
        }
        return new HttpSessionEvents(Objects.requireNonNull(values, "values"), true, Arrays.asList(listeners));
    }

    /** Returns events of a filter that was given none: binding listeners are told what a request does to their session. */
    static HttpSessionEvents none(ValueTypes values) {
        return new HttpSessionEvents(values, false, List.of());
    }

    private static <T> List<T> those(Class<T> type, List<EventListener> listeners) {
        return listeners.stream().filter(type::isInstance).map(type::cast).toList();
    }

    ValueTypes values() {
        return values;
    }

    void use(ServletContext servletContext) {
        context = servletContext;
    }

    @Nullable
    ServletContext context() {
        return context;
    }

    boolean wantAttributes() {
        return !attributeListeners.isEmpty();
    }

    boolean wantIds() {
        return !idListeners.isEmpty();
    }

    /**
     * Checks that the engine reports to this object, after it has stored a new session.
     *
     * @throws IllegalStateException if it does not
     */
    void requireConnected() {
        if (given && !connected) {
            throw new IllegalStateException(
                    "these HttpSessionEvents were given to the filter and not to the engine, so no"
                            + " ending would be reported: add SessionEngine.builder().listener(events)");
        }
    }

    /** Receives an event of the engine. */
    @Override
    public void onEvent(SessionEvent event) {
        connected = true;
        if (event instanceof SessionEvent.Ended ended) {
            EndedHttpSession known = ending.remove(ended.handle());
            destroyed(known == null ? snapshot(ended) : known);
        } else if (event instanceof SessionEvent.Created created && !announced.remove(created.handle())) {
            created(snapshot(created));
        }
    }

    private EndedHttpSession snapshot(SessionEvent event) {
        SessionAttributes held = event.attributes();
        return new EndedHttpSession(
                this,
                SessionId.of(event.handle(), event.idGeneration()),
                event.createdAt(),
                event.lastAccessedAt(),
                held.names(),
                name -> read(held, name));
    }

    private @Nullable Object read(SessionAttributes held, String name) {
        for (EncodedAttribute encoded : held.encoded()) {
            if (encoded.name().equals(name)) {
                return values.decode(encoded);
            }
        }
        return null;
    }

    // What requests report

    /** Reports a session that a request has created and that is not stored yet. */
    void createdBy(SessionHandle handle, HttpSession session) {
        announced.add(handle);
        created(session);
    }

    /** Reports the end of a session that was created and never stored. */
    void neverStored(SessionHandle handle, EndedHttpSession session) {
        if (announced.remove(handle)) {
            destroyed(session);
        }
    }

    /** Forgets that a session was reported as created, when the engine did not say that it is stored. */
    void settled(SessionHandle handle) {
        announced.remove(handle);
    }

    /** Ends a stored session, and reports its end as its request sees it. */
    void ending(SessionHandle handle, EndedHttpSession session, Runnable end) {
        ending.put(handle, session);
        try {
            end.run();
        } finally {
            // The engine's event has taken it. Else another request has ended the session, or the engine has no
            // listener.
            if (ending.remove(handle, session) && !connected) {
                destroyed(session);
            }
        }
    }

    private void created(HttpSession session) {
        if (!sessionListeners.isEmpty()) {
            HttpSessionEvent event = new HttpSessionEvent(session);
            tell(sessionListeners, listener -> listener.sessionCreated(event));
        }
    }

    private void destroyed(EndedHttpSession session) {
        if (!reversed.isEmpty()) {
            HttpSessionEvent event = new HttpSessionEvent(session);
            tell(reversed, listener -> listener.sessionDestroyed(event));
        }
        for (String name : session.names()) {
            Object value = session.readable(name);
            if (value != null) {
                removed(session, name, value);
            }
        }
    }

    /** Reports that a value is about to become an attribute in place of another, null if there was none. */
    @SuppressWarnings("ReferenceEquality") // The same object set again stays bound.
    void binding(HttpSession session, String name, Object value, @Nullable Object before) {
        if (before != value && value instanceof HttpSessionBindingListener listener) {
            tell(List.of(listener), each -> each.valueBound(new HttpSessionBindingEvent(session, name, value)));
        }
    }

    /** Reports that a value has become an attribute in place of another, null if there was none. */
    @SuppressWarnings("ReferenceEquality") // The same object set again stays bound.
    void set(HttpSession session, String name, Object value, @Nullable Object before) {
        if (before != value && before instanceof HttpSessionBindingListener listener) {
            tell(List.of(listener), each -> each.valueUnbound(new HttpSessionBindingEvent(session, name, before)));
        }
        if (before == null) {
            HttpSessionBindingEvent event = new HttpSessionBindingEvent(session, name, value);
            tell(attributeListeners, listener -> listener.attributeAdded(event));
        } else {
            HttpSessionBindingEvent event = new HttpSessionBindingEvent(session, name, before);
            tell(attributeListeners, listener -> listener.attributeReplaced(event));
        }
    }

    /** Reports that a value is an attribute no more. */
    void removed(HttpSession session, String name, Object value) {
        HttpSessionBindingEvent event = new HttpSessionBindingEvent(session, name, value);
        if (value instanceof HttpSessionBindingListener listener) {
            tell(List.of(listener), each -> each.valueUnbound(event));
        }
        tell(attributeListeners, listener -> listener.attributeRemoved(event));
    }

    void idChanged(HttpSession session, String oldId) {
        tell(idListeners, listener -> listener.sessionIdChanged(new HttpSessionEvent(session), oldId));
    }

    private static <L> void tell(List<L> listeners, Consumer<L> call) {
        for (L listener : listeners) {
            try {
                call.accept(listener);
            } catch (RuntimeException e) {
                LOGGER.log(
                        System.Logger.Level.WARNING,
                        "the session listener " + listener.getClass().getName()
                                + " failed; the session is not affected: mend the listener",
                        e);
            }
        }
    }
}
