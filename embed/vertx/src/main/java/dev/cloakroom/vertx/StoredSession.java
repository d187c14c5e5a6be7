package dev.cloakroom.vertx;

import dev.cloakroom.Attribute;
import dev.cloakroom.AttributeException;
import dev.cloakroom.EncodedAttribute;
import dev.cloakroom.Session;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.ValueTypes;
import dev.cloakroom.cookie.SetCookie;
import io.vertx.ext.web.sstore.AbstractSession;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A session of Vert.x over one of the engine. Its values are decoded when they are asked for. What differs from what was
 * stored is put into the engine's session when this one is stored.
 *
 * <p>It overrides all of {@link AbstractSession}, which it extends because Vert.x's own code casts to it. A request has its
 * own. The values may be used by several threads, as Vert.x allows; the rest may not.
 */
final class StoredSession extends AbstractSession {

    /** Where the handler keeps the user. */
    private static final String USER = "__vertx.userHolder";

    /** Counts the changes, for {@link #version}. */
    private static final Attribute<Long> VERSION = Attribute.ofLong("__vertx.version");

    /** What is returned as the id before when the store itself replaces it: no session has it. */
    private static final String REPLACED_BY_THE_STORE = "replaced";

    private final SessionEngine engine;
    private final ValueTypes types;
    private final Duration timeout;

    private Session session;

    /** The value of the cookie that opens the session, or null while it is not stored. */
    private @Nullable String value;

    private boolean regenerated;
    private boolean renewedByEngine;
    private boolean destroyed;

    /** The value of a session that another one takes the place of: the handler deletes it. */
    private @Nullable String abandoned;

    private long lastAccessed;

    /** What the session held when it was opened or stored last. */
    private Map<String, EncodedAttribute> stored = Map.of();

    /** The values of these that were decoded, to be compared by identity. */
    private final Map<String, Object> decoded = new ConcurrentHashMap<>();

    /** Those that cannot be decoded. */
    private final Map<String, AttributeException> unreadable = new ConcurrentHashMap<>();

    private final Map<String, Object> values = new ConcurrentHashMap<>();
    private volatile boolean complete;

    private StoredSession(
            SessionEngine engine, ValueTypes types, Session session, Duration timeout, @Nullable String value) {
        this.engine = engine;
        this.types = types;
        this.session = session;
        this.timeout = timeout;
        this.value = value;
        this.lastAccessed = session.lastAccessedAt().toEpochMilli();
    }

    /** Returns a session that is not stored yet. */
    static StoredSession fresh(SessionEngine engine, ValueTypes types, Duration timeout) {
        StoredSession fresh = new StoredSession(engine, types, newSession(engine, timeout), timeout, null);
        fresh.complete = true;
        return fresh;
    }

    private static Session newSession(SessionEngine engine, Duration timeout) {
        Session session = engine.open((String) null);
        if (!timeout.equals(session.idleTimeout())) {
            session.idleTimeout(timeout);
        }
        return session;
    }

    /** Returns the session of a cookie's value, with its id renewed if that is due, or null if it is none. */
    static CompletionStage<io.vertx.ext.web.@Nullable Session> opened(
            SessionEngine engine, ValueTypes types, Session session, String value) {
        if (session.isNew() && !session.isStale()) {
            return CompletableFuture.completedFuture(null);
        }
        StoredSession opened = new StoredSession(engine, types, session, session.idleTimeout(), value);
        opened.read();
        if (session.isStale()) {
            return CompletableFuture.completedFuture(opened);
        }
        return engine.commitForCookiesAsync(session).thenApply(cookies -> {
            if (session.isEnded()) {
                return null;
            }
            for (SetCookie cookie : cookies) {
                opened.value = cookie.value();
                opened.renewedByEngine = true;
            }
            return opened;
        });
    }

    private void read() {
        Map<String, EncodedAttribute> attributes = new HashMap<>();
        for (EncodedAttribute attribute : session.encodedAttributes()) {
            if (!attribute.name().equals(VERSION.name())) {
                attributes.put(attribute.name(), attribute);
            }
        }
        stored = attributes;
    }

    // Identity

    @Override
    public String id() {
        return value();
    }

    /** Returns the value for the cookie: of the id that the session has, or gets when it is stored. */
    @Override
    public String value() {
        leaveOtherUser();
        String current = value;
        return current == null || (regenerated && !destroyed && replacesId())
                ? session.nextCookie().value()
                : current;
    }

    /** Returns whether storing gives the session another id. A request that came too late may only log in. */
    private boolean replacesId() {
        return !session.isStale() || VertxTypes.subject(get(USER)) != null;
    }

    @Override
    public io.vertx.ext.web.Session regenerateId() {
        regenerated = true;
        return this;
    }

    @Override
    public boolean isRegenerated() {
        return regenerated || renewedByEngine;
    }

    /**
     * Returns what the handler deletes before it stores the session. That must not be the session itself: storing it
     * replaces the id.
     */
    @Override
    public @Nullable String oldId() {
        if (!isRegenerated()) {
            return null;
        }
        if (abandoned != null) {
            return abandoned;
        }
        String current = value;
        return destroyed && current != null ? current : REPLACED_BY_THE_STORE;
    }

    @Override
    public void flushed(boolean skipCrc) {
        regenerated = false;
        renewedByEngine = false;
        abandoned = null;
    }

    // Values

    @Override
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // Vert.x leaves the cast to the caller.
    public <T> @Nullable T get(String key) {
        Object present = values.get(key);
        return (T) (present == null ? decode(key) : present);
    }

    /** Decodes a value that was not asked for before. */
    private @Nullable Object decode(String key) {
        AttributeException failure = unreadable.get(key);
        if (failure != null) {
            throw failure;
        }
        EncodedAttribute attribute = stored.get(key);
        if (attribute == null || complete) {
            return null;
        }
        Object value = types.decode(attribute);
        if (value == null) {
            return null;
        }
        Object before = values.putIfAbsent(key, value);
        if (before == null) {
            decoded.put(key, value);
        }
        return before == null ? value : before;
    }

    @Override
    public io.vertx.ext.web.Session put(String key, @Nullable Object object) {
        if (object == null) {
            remove(key);
        } else {
            revive();
            unreadable.remove(key);
            values.put(key, object);
        }
        return this;
    }

    @Override
    public io.vertx.ext.web.Session putIfAbsent(String key, Object object) {
        data().putIfAbsent(key, object);
        return this;
    }

    @Override
    public io.vertx.ext.web.Session computeIfAbsent(String key, Function<String, Object> function) {
        data().computeIfAbsent(key, function);
        return this;
    }

    @Override
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // As get.
    public <T> @Nullable T remove(String key) {
        if (destroyed) {
            return null;
        }
        Map<String, Object> data = data();
        unreadable.remove(key);
        return (T) data.remove(key);
    }

    /** Returns the values, to be changed. One that cannot be decoded is not among them, and stays as it is. */
    @Override
    public Map<String, Object> data() {
        revive();
        if (!complete) {
            for (String key : stored.keySet()) {
                if (!values.containsKey(key)) {
                    try {
                        decode(key);
                    } catch (AttributeException e) {
                        unreadable.put(key, e);
                    }
                }
            }
            complete = true;
        }
        return values;
    }

    @Override
    public boolean isEmpty() {
        return values.isEmpty() && (complete || stored.isEmpty());
    }

    /** A session that is used after it was destroyed is another one, as Vert.x has it. */
    private void revive() {
        if (destroyed) {
            destroyed = false;
            startOver();
        }
    }

    /** Makes this another session, whose handler deletes the one before. */
    private void startOver() {
        if (value != null) {
            abandoned = value;
        }
        value = null;
        regenerated = true;
        session = newSession(engine, timeout);
        stored = Map.of();
        decoded.clear();
        unreadable.clear();
        complete = true;
    }

    // Time

    @Override
    public long lastAccessed() {
        return lastAccessed;
    }

    @Override
    public void setAccessed() {
        lastAccessed = System.currentTimeMillis();
    }

    @Override
    public long timeout() {
        return timeout.toMillis();
    }

    // The end

    @Override
    public void destroy() {
        destroyed = true;
        values.clear();
        complete = true;
    }

    @Override
    public boolean isDestroyed() {
        return destroyed;
    }

    // Storing

    /** Returns how often values were changed and stored. */
    @Override
    public int version() {
        Long version = session.get(VERSION);
        return version == null ? 0 : Math.toIntExact(version);
    }

    /** Does nothing: storing a change counts it. */
    @Override
    public void incrementVersion() {}

    /** Another user than the session's principal gets another session, without what the one before stored. */
    private void leaveOtherUser() {
        if (!regenerated || session.principal() == null) {
            return;
        }
        String subject = VertxTypes.subject(get(USER));
        if (subject != null && !subject.equals(session.principal())) {
            List<String> same = new ArrayList<>();
            data().forEach((key, each) -> {
                if (!isChanged(key, each)) {
                    same.add(key);
                }
            });
            same.forEach(values::remove);
            startOver();
        }
    }

    private boolean isChanged(String key, Object each) {
        return !isUntouched(key, each) && !types.encode(key, each).equals(stored.get(key));
    }

    @SuppressWarnings("ReferenceEquality") // An immutable value that is the same object has not changed.
    private boolean isUntouched(String key, Object each) {
        return decoded.get(key) == each && !types.isMutable(each);
    }

    /** Stores what was changed. The id is replaced if that was asked for. */
    CompletionStage<?> storeAsync() {
        try {
            boolean dropped = session.isStale() && !(regenerated && replacesId());
            return dropped ? CompletableFuture.completedFuture(null) : store();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private CompletionStage<?> store() {
        leaveOtherUser();
        writeChanges();
        boolean isNew = session.isNew();
        if (!isNew && !regenerated) {
            return engine.commitWithoutCookiesAsync(session).thenRun(this::stored);
        }
        String subject = VertxTypes.subject(get(USER));
        CompletionStage<@Nullable Void> identified;
        if (subject != null) {
            identified = session.loginAsync(subject);
        } else if (isNew) {
            session.keep();
            identified = CompletableFuture.completedFuture(null);
        } else {
            identified = session.renewIdAsync();
        }
        return identified
                .thenCompose(done -> engine.commitForCookiesAsync(session))
                .thenAccept(cookies -> {
                    for (SetCookie cookie : cookies) {
                        value = cookie.value();
                    }
                    regenerated = false;
                    stored();
                });
    }

    private void writeChanges() {
        boolean changed = false;
        for (Map.Entry<String, Object> entry : values.entrySet()) {
            String key = entry.getKey();
            if (!isUntouched(key, entry.getValue())) {
                EncodedAttribute encoded = types.encode(key, entry.getValue());
                if (!encoded.equals(stored.get(key))) {
                    session.putEncoded(encoded);
                    changed = true;
                }
            }
        }
        if (complete) {
            for (String key : stored.keySet()) {
                if (!values.containsKey(key) && !unreadable.containsKey(key)) {
                    session.remove(Attribute.ofBytes(key));
                    changed = true;
                }
            }
        }
        if (changed) {
            session.update(VERSION, version -> version == null ? 1 : version + 1);
        }
    }

    /** Takes what was stored for what later changes are compared with. */
    private void stored() {
        if (!session.isEnded()) {
            decoded.clear();
            read();
        }
    }
}
