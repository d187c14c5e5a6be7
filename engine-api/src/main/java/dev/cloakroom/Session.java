package dev.cloakroom;

import dev.cloakroom.cookie.SetCookie;
import dev.cloakroom.store.SessionRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One request's view of a session.
 *
 * <p><b>Reads</b> return the state at this request's lookup, with this request's own changes.
 *
 * <p><b>Changes</b> of attributes reach the store together, at {@link SessionEngine#commit}. Concurrent changes of
 * different attributes are all kept. If two requests put the same attribute, the later commit wins. {@link #login},
 * {@link #logout}, {@link #renewId} and {@link #refresh} take effect before they return, without a commit.
 *
 * <p><b>Ends.</b> If another request ends the session, this request can still read its view. The commit drops its
 * changes, and {@link #isEnded} is true afterwards. An ended session never comes back.
 *
 * <p><b>Asynchronous methods</b> never block. Their failures arrive through the stage. The session must not be used
 * until the stage completes.
 *
 * <p>Not thread-safe: each request looks up its own view. Parameters are not nullable unless annotated.
 */
public final class Session extends WorkingSession {

    private final SessionOperations operations;

    Session(SessionOperations operations, Origin origin, @Nullable String header, long now) {
        super(origin, header, now);
        this.operations = operations;
    }

    Session(
            SessionOperations operations,
            Origin origin,
            SessionRecord record,
            @Nullable AttributeTable opened,
            long now) {
        super(origin, record, opened, now);
        this.operations = operations;
    }

    @Override
    EngineContext context() {
        return operations.context();
    }

    SessionOperations operations() {
        return operations;
    }

    /**
     * Returns the handle of the session, for {@link SessionEngine#find} and {@link SessionEngine#end}. It stays the
     * same for the session's whole life.
     */
    public SessionHandle handle() {
        return new SessionHandle(key());
    }

    /** Returns the principal that is logged in, or null if the session is anonymous. */
    public @Nullable String principal() {
        return principalName();
    }

    /** Returns the creation time of the session, to the millisecond. A login or a renewal does not change it. */
    public Instant createdAt() {
        return Instant.ofEpochMilli(times().createdAt());
    }

    /**
     * Returns the time of the last access, to the millisecond: the time of this request's lookup. For a session that
     * was peeked at or found by its handle, returns the last access that was stored.
     */
    public Instant lastAccessedAt() {
        return Instant.ofEpochMilli(lastAccess());
    }

    /**
     * Returns the time of the last access before this request, to the millisecond. Accesses are stored once per touch
     * interval, so a later access within that interval may be missing.
     */
    public Instant previousAccess() {
        return Instant.ofEpochMilli(previousAccessMillis());
    }

    /**
     * Returns the time at which the session ends if it is not accessed again, to the millisecond. The engine may end it
     * up to one touch interval later.
     */
    public Instant expiresAt() {
        return Instant.ofEpochMilli(context().lifetimes().expiry(times(), lifetime()));
    }

    /** Returns whether the browser keeps the cookie when it closes, as the newest login chose. */
    public Persistence persistence() {
        return lifetime().persistence();
    }

    /** Returns how long the session lives after its last access. */
    public Duration idleTimeout() {
        return Duration.ofMillis(context().lifetimes().idleTimeout(lifetime()));
    }

    /**
     * Sets how long this session lives after its last access, in place of the engine's setting. The commit stores it.
     * Logins and renewals keep it. The absolute timeout still applies.
     *
     * @throws IllegalArgumentException if the timeout is less than a millisecond
     * @throws SessionEndedException if {@link #isEnded}
     */
    public void idleTimeout(Duration timeout) {
        if (timeout.toMillis() <= 0) {
            throw new IllegalArgumentException("idleTimeout must be at least a millisecond: " + timeout);
        }
        wantIdleTimeout(timeout.toMillis());
    }

    /**
     * Makes the commit store a new session even if nothing was put into it. By default, an anonymous session without
     * attributes is not stored and sets no cookie.
     *
     * @throws SessionEndedException if {@link #isEnded}
     */
    public void keep() {
        wantKept();
    }

    /** Returns whether the session is not stored yet. */
    public boolean isNew() {
        return isUnstored();
    }

    /** Returns whether this request ended the session, or a call of this request found it ended. */
    public boolean isEnded() {
        return isOver();
    }

    /**
     * Returns whether this request presented an id that a login or a renewal replaced, and that was still valid less
     * than the renewal grace ago. The browser may have the newer cookie by now. So the commit drops the changes and
     * sets no cookie. A {@link #login} is stored as usual.
     */
    public boolean isStale() {
        return isLateRequest();
    }

    /**
     * Returns the number of logins and explicit renewals of the session. Together with the {@linkplain #handle handle}
     * it is a public name that changes with each of these, as other APIs expect of a session id.
     */
    public long idGeneration() {
        return generation();
    }

    /**
     * Returns the cookie that the session gets when it is stored for the first time, by a login, or by
     * {@link #renewId}. Use it for a server that sends the cookie before the session is stored. The cookie opens
     * nothing before that. Compare it with the cookie that the commit returns: a login of another principal creates
     * another session with another cookie.
     *
     * @throws SessionEndedException if {@link #isEnded}
     */
    public SetCookie nextCookie() {
        requireAlive();
        return announceId().cookie();
    }

    /**
     * Returns an attribute's value, or null if it has none.
     *
     * @throws AttributeException if the value was put as another type or is damaged, unless the attribute is
     *     {@link Attribute#absentIfUnreadable}
     */
    public <T> @Nullable T get(Attribute<T> attribute) {
        return view(attribute);
    }

    /** Returns the names of all attributes, in no particular order. */
    public List<String> attributeNames() {
        return List.copyOf(names());
    }

    /**
     * Returns all attributes without decoding them, in no particular order. Use it in programs that copy or show
     * sessions and do not know the types of the attributes.
     */
    public List<EncodedAttribute> encodedAttributes() {
        return encoded();
    }

    /**
     * Returns the attribute of a name without decoding it, or null if there is none or it is damaged. Use it in
     * adapters to APIs that have names without types.
     */
    public @Nullable EncodedAttribute encodedAttribute(String name) {
        return encoded(name);
    }

    /**
     * Sets an attribute to an encoded value.
     *
     * @throws SizeLimitException if the value, or the session with it, is larger than the engine allows
     * @throws SessionEndedException if {@link #isEnded}
     */
    public void putEncoded(EncodedAttribute attribute) {
        edits().putEncoded(attribute);
    }

    /**
     * Sets an attribute's value. The value is encoded at once, so later changes of the object have no effect.
     *
     * @throws AttributeException if the program's own encoder, or Jackson, cannot encode the value
     * @throws SizeLimitException if the value, or the session with it, is larger than the engine allows
     * @throws SessionEndedException if {@link #isEnded}
     */
    public <T> void put(Attribute<T> attribute, T value) {
        edits().put(attribute, value);
    }

    /**
     * Removes an attribute's value, if it has one.
     *
     * @throws SessionEndedException if {@link #isEnded}
     */
    public void remove(Attribute<?> attribute) {
        edits().remove(attribute);
    }

    /**
     * Sets an attribute to the result of a function of its present value, or removes it if the result is null. The
     * commit applies the function to the value that is stored at that time. If another request stores a value first,
     * the commit runs the function again, so no increment is lost. After the commit, {@link #get} returns the stored
     * value.
     *
     * @param function from the present value, or null if there is none, to the new value, or null to remove it. It may
     *     run several times, so it must depend on its argument only and have no side effects
     * @throws AttributeException if the present value was put as another type or is damaged, unless the attribute is
     *     {@link Attribute#absentIfUnreadable}
     * @throws SizeLimitException if the value, or the session with it, is larger than the engine allows
     * @throws SessionEndedException if {@link #isEnded}
     */
    public <T> void update(Attribute<T> attribute, Function<@Nullable T, @Nullable T> function) {
        Objects.requireNonNull(function, "function");
        edits().update(attribute, function);
    }

    /**
     * Sets the metadata that {@link SessionEngine#sessionsOf} returns for this session, such as the browser and the
     * place, by which its owner recognises it. Replaces earlier metadata.
     *
     * @throws SizeLimitException if the metadata, or the session with it, is larger than the engine allows
     * @throws SessionEndedException if {@link #isEnded}
     */
    public void describe(Map<String, String> metadata) {
        put(Reserved.METADATA, metadata);
    }

    /** Logs a principal in, as {@link #login(String, Persistence)} with {@link Persistence#BROWSER_SESSION}. */
    public void login(String principal) {
        login(principal, Persistence.BROWSER_SESSION);
    }

    /**
     * Logs a principal in and replaces the session's id at once, without a grace. A planted or stolen earlier id then
     * opens nothing (session fixation). Attributes stay, and this request's changes are stored too. If another
     * principal was logged in, that session ends and this object becomes a new session.
     *
     * <p>A login restarts the session's absolute lifetime, with the timeouts of the given persistence. The creation
     * time and the session's {@linkplain #idleTimeout(Duration) own idle timeout} stay. The commit returns the cookie.
     *
     * @param principal 1 to 1024 bytes of UTF-8
     * @throws IllegalArgumentException if the principal has another length or half a surrogate pair
     * @throws IllegalStateException if this session was found by its handle: no browser would receive the new id
     * @throws SessionLimitException if the principal has the maximum number of sessions and the engine is set to
     *     {@link SessionLimit#REFUSE}
     * @throws SessionEndedException if {@link #isEnded}
     * @throws dev.cloakroom.store.StoreFullException if the store has no room
     * @throws dev.cloakroom.store.StoreUnavailableException if the store cannot answer
     */
    public void login(String principal, Persistence persistence) {
        operations.await(operations.login(this, principal, persistence));
    }

    /** Does what {@link #login(String)} does, without blocking. */
    public CompletionStage<@Nullable Void> loginAsync(String principal) {
        return loginAsync(principal, Persistence.BROWSER_SESSION);
    }

    /** Does what {@link #login(String, Persistence)} does, without blocking. */
    public CompletionStage<@Nullable Void> loginAsync(String principal, Persistence persistence) {
        return operations.start(() -> operations.login(this, principal, persistence));
    }

    /**
     * Ends the session, for every copy of its cookie, and each other session whose cookie the request presented. The
     * commit makes the browser delete the cookie. Does nothing when called again.
     *
     * <p>If another request has logged another principal in since this request's lookup, the session continues, and
     * this request sets no cookie.
     *
     * @throws dev.cloakroom.store.StoreUnavailableException if the store cannot answer
     */
    public void logout() {
        operations.await(operations.logout(this));
    }

    /** Does what {@link #logout} does, without blocking. */
    public CompletionStage<@Nullable Void> logoutAsync() {
        return operations.start(() -> operations.logout(this));
    }

    /**
     * Replaces the session's id at once, without a grace and without a login. Use it when the session's privileges
     * change. The creation time, the deadlines and the attributes stay, and this request's changes are stored too. The
     * commit returns the cookie. Does nothing for a session that is not stored yet.
     *
     * @throws IllegalStateException if this session was found by its handle: no browser would receive the new id
     * @throws SessionEndedException if the session has ended
     * @throws dev.cloakroom.store.StoreUnavailableException if the store cannot answer
     */
    public void renewId() {
        operations.await(operations.renewId(this));
    }

    /** Does what {@link #renewId} does, without blocking. */
    public CompletionStage<@Nullable Void> renewIdAsync() {
        return operations.start(() -> operations.renewId(this));
    }

    /**
     * Returns an attribute's value, after a refresh if it is missing or stale. Of all concurrent requests of this
     * session in the cluster, one runs the refresher, and the others wait for its result. Use it for values that must
     * not be made twice, such as the tokens for a refresh token that is valid for one use. The new value is stored when
     * this method returns, without a commit.
     *
     * <p>Each waiting request holds its thread until the refresher returns, without a deadline. Give the refresher a
     * timeout, or use {@link #refreshAsync}, which holds no thread. If the process of the refresher dies, the others
     * wait for the engine's {@linkplain SessionEngine.Builder#refreshLease refresh lease} at most, and then one of them
     * runs its refresher. If the refresher throws, the waiting requests of this process get the same exception, and
     * nothing is stored.
     *
     * @param isStale returns whether a value must be refreshed
     * @param refresher from the old value, or null if there is none, to the new value
     * @throws SessionEndedException if the session has ended
     * @throws AttributeException if the present value was put as another type or is damaged, unless the attribute is
     *     {@link Attribute#absentIfUnreadable}
     */
    public <T> T refresh(Attribute<T> attribute, Predicate<? super T> isStale, Function<@Nullable T, T> refresher) {
        Objects.requireNonNull(refresher, "refresher");
        return operations.await(
                operations.refresh(this, attribute, isStale, present -> Flow.done(refresher.apply(present))));
    }

    /**
     * Does what {@link #refresh} does, without blocking. Neither the refreshing request nor a waiting request holds a
     * thread.
     *
     * @param refresher from the old value, or null if there is none, to the stage of the new value
     */
    public <T> CompletionStage<T> refreshAsync(
            Attribute<T> attribute,
            Predicate<? super T> isStale,
            Function<@Nullable T, ? extends CompletionStage<T>> refresher) {
        Objects.requireNonNull(refresher, "refresher");
        return operations.start(() -> operations.refresh(
                this,
                attribute,
                isStale,
                present -> Flow.join(refresher.apply(present), "interrupted while the refresher works")));
    }

    /**
     * Returns the session's CSRF token, which a page sends back with its requests. Each call masks it afresh, against
     * compression side channels (BREACH). The token is valid until the session ends or a principal logs in on it.
     *
     * @throws IllegalStateException if the session is new and holds nothing: it would get no cookie, so a later request
     *     could not present it
     */
    public String csrfToken() {
        if (isUnstored() && !isWorthStoring()) {
            throw new IllegalStateException(
                    "a CSRF token needs a session that is stored: put something into the session, or call keep()");
        }
        return operations.csrfToken(this);
    }

    /**
     * Returns whether a token is this session's CSRF token. Does not throw for any text. The comparison takes constant
     * time.
     *
     * @param token the token of the request, or null if it has none
     */
    public boolean isCsrfToken(@Nullable String token) {
        return token != null && operations.isCsrfToken(this, token);
    }

    /** Returns the session's fingerprint, without its id and attributes. */
    @Override
    public String toString() {
        return "Session[" + (hasKey() ? key() : "new") + (isOver() ? ", ended]" : "]");
    }
}
