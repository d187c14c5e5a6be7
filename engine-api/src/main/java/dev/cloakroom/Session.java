package dev.cloakroom;

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
 * A session, as one request sees it.
 *
 * <p>Reads see the session as it was when this request looked it up, and what this request changed since. Changes of
 * attributes reach the store together, at {@link SessionEngine#commit}. Requests that change different attributes of the
 * same session do not disturb each other. Of two that put the same attribute, the later commit wins. {@link #login},
 * {@link #logout}, {@link #renewId} and {@link #refresh} do not wait for the commit: when they return they are done.
 *
 * <p>When another request ends the session meanwhile, this one goes on reading what it has. Its changes are dropped at
 * the commit, after which {@link #isEnded} is true. A session that is over never comes back.
 *
 * <p>Methods that may call the store have an asynchronous form, which never blocks. Its failures arrive through the
 * stage. Until the stage completes, the session must not be used.
 *
 * <p>Not safe for use by several threads at a time: each request looks up its own. Null is not accepted anywhere.
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
     * Returns the session's handle, which lists, finds and ends it. A session that is not stored yet gets its handle by
     * this call.
     */
    public SessionHandle handle() {
        return new SessionHandle(key());
    }

    /** Returns the principal that is logged in, or null while the session is anonymous. */
    public @Nullable String principal() {
        return principalName();
    }

    /** Returns when the session began, to the millisecond. A login or a renewal does not change it. */
    public Instant createdAt() {
        return Instant.ofEpochMilli(times().createdAt());
    }

    /**
     * Returns the session's last access, to the millisecond: the time of this request's lookup. A session that was only
     * peeked at or found by its handle returns the last access that was stored.
     */
    public Instant lastAccessedAt() {
        return Instant.ofEpochMilli(lastAccess());
    }

    /**
     * Returns the last access before this request's, to the millisecond. Accesses are stored once per touch interval, so
     * an access shortly before may be missing.
     */
    public Instant previousAccess() {
        return Instant.ofEpochMilli(previousAccessMillis());
    }

    /**
     * Returns when the session ends if it is not used again, to the millisecond. The engine lets it live up to a touch
     * interval longer.
     */
    public Instant expiresAt() {
        return Instant.ofEpochMilli(context().lifetimes().expiry(times(), lifetime()));
    }

    /** Returns whether the browser keeps the cookie when it is closed. The newest login decides. */
    public Persistence persistence() {
        return lifetime().persistence();
    }

    /** Returns how long the session lives after its last access. */
    public Duration idleTimeout() {
        return Duration.ofMillis(context().lifetimes().idleTimeout(lifetime()));
    }

    /**
     * Sets how long this session lives after its last access, in place of the engine's setting. It is stored at the
     * commit. Logins and renewals keep it. The absolute timeout holds all the same.
     *
     * @throws IllegalArgumentException if it is less than a millisecond
     * @throws SessionEndedException if this request knows the session to be over
     */
    public void idleTimeout(Duration timeout) {
        if (timeout.toMillis() <= 0) {
            throw new IllegalArgumentException("idleTimeout must be at least a millisecond: " + timeout);
        }
        wantIdleTimeout(timeout.toMillis());
    }

    /**
     * Stores a new session at the commit though nothing was put into it. Without this, an anonymous session that holds
     * nothing is not stored and sets no cookie.
     *
     * @throws SessionEndedException if this request knows the session to be over
     */
    public void keep() {
        wantKept();
    }

    /** Returns whether the store does not have the session yet. A session that nothing is put into stays new. */
    public boolean isNew() {
        return isUnstored();
    }

    /** Returns whether the session is known to be over: by this request, or found so by its commit. */
    public boolean isEnded() {
        return isOver();
    }

    /**
     * Returns whether this request presented an id that a login or a renewal replaced, and that stopped opening its
     * session less than the renewal grace ago. The browser may have the newer cookie by now. So this session is never
     * stored and sets no cookie: the commit drops its changes. A {@link #login} on it is stored as usual.
     */
    public boolean isStale() {
        return isLateRequest();
    }

    /**
     * Returns how many logins and explicit renewals the session has seen. With the {@linkplain #handle handle} it makes a
     * name that changes when the id does so for good, as other APIs expect of their session ids.
     */
    public long idGeneration() {
        return generation();
    }

    /**
     * Returns an attribute's value, or null if it has none.
     *
     * @throws AttributeException if it was put as another type, or is damaged
     */
    public <T> @Nullable T get(Attribute<T> attribute) {
        return view(attribute);
    }

    /** Returns the names of all attributes, in no particular order. */
    public List<String> attributeNames() {
        return List.copyOf(names());
    }

    /**
     * Returns all attributes without decoding them, in no particular order: for programs that copy or show sessions
     * without knowing the types of their attributes.
     */
    public List<EncodedAttribute> encodedAttributes() {
        return encoded();
    }

    /**
     * Sets an attribute as another session had it.
     *
     * @throws SizeLimitException if the value, or the session with it, would be larger than the engine allows
     * @throws SessionEndedException if this request knows the session to be over
     */
    public void putEncoded(EncodedAttribute attribute) {
        edits().putEncoded(attribute);
    }

    /**
     * Sets an attribute's value. The value is copied.
     *
     * @throws SizeLimitException if the value, or the session with it, would be larger than the engine allows
     * @throws SessionEndedException if this request knows the session to be over
     */
    public <T> void put(Attribute<T> attribute, T value) {
        edits().put(attribute, value);
    }

    /**
     * Removes an attribute's value, if it has one.
     *
     * @throws SessionEndedException if this request knows the session to be over
     */
    public void remove(Attribute<?> attribute) {
        edits().remove(attribute);
    }

    /**
     * Sets an attribute to the value that a function makes of the present one, or removes it if that is null. The commit
     * applies the function to the value that is stored then. It runs the function again whenever another request stored
     * something first, so no increment is lost. The function must depend on its argument alone and do nothing else.
     * After the commit {@link #get} returns what was stored.
     *
     * @param function from the present value, null for none, to the new one, null for none
     * @throws AttributeException if the present value is of another type, or damaged
     * @throws SizeLimitException if the value, or the session with it, would be larger than the engine allows
     * @throws SessionEndedException if this request knows the session to be over
     */
    public <T> void update(Attribute<T> attribute, Function<@Nullable T, @Nullable T> function) {
        Objects.requireNonNull(function, "function");
        edits().update(attribute, function);
    }

    /**
     * Sets what {@link SessionEngine#sessionsOf} tells of this session, for its owner to recognise it by, such as the
     * browser or the place. It replaces what was set before.
     *
     * @throws SizeLimitException if it, or the session with it, would be larger than the engine allows
     * @throws SessionEndedException if this request knows the session to be over
     */
    public void describe(Map<String, String> metadata) {
        put(Reserved.METADATA, metadata);
    }

    /** Binds a principal, for as long as the browser stays open. See {@link #login(String, Persistence)}. */
    public void login(String principal) {
        login(principal, Persistence.BROWSER_SESSION);
    }

    /**
     * Binds a principal and replaces the session's id at once, without grace: a planted or stolen old id opens nothing
     * any more (session fixation). Attributes stay, and those changed by this request are stored as well. If another
     * principal was logged in, that session ends and this becomes a fresh one.
     *
     * <p>A login is an authentication: the session's absolute lifetime begins anew, with the timeouts of the given
     * persistence. The session's beginning and its {@linkplain #idleTimeout(Duration) own idle timeout} stay. The cookie
     * follows with the commit.
     *
     * @param principal 1 to 1024 bytes of UTF-8
     * @throws IllegalArgumentException if the principal is something else
     * @throws IllegalStateException if this session was found by its handle, so that no browser could get the new id
     * @throws SessionLimitException if the principal has as many sessions as allowed, and the engine refuses more
     * @throws SessionEndedException if this request logged the session out before
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
     * Ends the session for good, for every copy of its cookie, and every other session whose cookie the request
     * presented. The commit makes the browser delete the cookie. Logging out twice does nothing more.
     *
     * <p>If another request has logged in as another principal meanwhile, that session goes on, and this request sets no
     * cookie.
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
     * Replaces the session's id at once, without grace and without a login: for a change of what the session may do.
     * Beginning, deadlines and attributes stay, and what this request changed is stored as well. The cookie follows with
     * the commit. A session that is not stored yet has no id to replace.
     *
     * @throws IllegalStateException if this session was found by its handle, so that no browser could get the new id
     * @throws SessionEndedException if the session is over
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
     * Returns an attribute's value, made anew first if it is missing or stale: once, by one of all the requests of this
     * session in the whole cluster, while the others wait for the result. This is for values that cannot be made twice,
     * such as the next pair of tokens for a refresh token that is good for one use. The new value is stored when this
     * returns, without a commit.
     *
     * <p>Each request that waits holds its thread until the refresher is done, without a deadline. Give the refresher a
     * timeout, or use {@link #refreshAsync}, which holds no thread. A process that dies
     * keeps the others waiting for the engine's refresh lease at most. Then one of them tries. When the refresher throws,
     * the requests that waited for it in this process get the same exception, and nothing is stored.
     *
     * @param isStale whether a value must be made anew
     * @param refresher from the old value, null for none, to the new one
     * @throws SessionEndedException if the session is over
     * @throws AttributeException if the present value is of another type, or damaged
     */
    public <T> T refresh(Attribute<T> attribute, Predicate<? super T> isStale, Function<@Nullable T, T> refresher) {
        Objects.requireNonNull(refresher, "refresher");
        return operations.await(
                operations.refresh(this, attribute, isStale, present -> Flow.done(refresher.apply(present))));
    }

    /**
     * Does what {@link #refresh} does, without blocking: neither the request that refreshes nor those that wait for it
     * hold a thread.
     *
     * @param refresher from the old value, null for none, to the stage of the new one
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
     * Returns the session's CSRF token for a page to send back with its requests, masked afresh at each call. It stays
     * good until the session ends or a principal logs in on it. The session must be stored or about to be: an anonymous
     * one that holds nothing has no cookie by which the page's request would lead back to it.
     *
     * @throws IllegalStateException if nothing was put into the session yet
     */
    public String csrfToken() {
        if (isUnstored() && !isWorthStoring()) {
            throw new IllegalStateException(
                    "a CSRF token needs a session that is stored: put something into the session, or call keep()");
        }
        return operations.csrfToken(this);
    }

    /**
     * Returns whether a token is this session's CSRF token. Anything may be passed as the token. The comparison takes
     * constant time.
     *
     * @param token the token that the request brought, null if none
     */
    public boolean isCsrfToken(@Nullable String token) {
        return token != null && operations.isCsrfToken(this, token);
    }

    /** Returns the session's fingerprint, nothing of its id or its attributes. */
    @Override
    public String toString() {
        return "Session[" + (hasKey() ? key() : "new") + (isOver() ? ", ended]" : "]");
    }
}
