package dev.cloakroom;

import dev.cloakroom.cookie.SetCookie;
import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A session, as one request sees it.
 *
 * <p>Reads see the session as it was when this request looked it up, and what this request changed since. Changes of
 * attributes reach the store together, at {@link SessionEngine#commit}; requests that change different attributes of
 * the same session do not disturb each other, and of two that put the same attribute the later commit wins.
 * {@link #login}, {@link #logout} and {@link #refresh} do not wait for the commit: when they return they are done.
 *
 * <p>When another request ends the session meanwhile, this one goes on reading what it has; its changes are dropped at
 * the commit, after which {@link #isEnded} is true. A session that is over never comes back.
 *
 * <p>Not safe for use by several threads at a time: each request looks up its own. Null is not accepted anywhere.
 */
public final class Session {

    private final SessionEngine engine;
    private final long openedAt;

    /** Where in the request's header the cookie begins that this session was opened with; null if it was not. */
    private final @Nullable String header;

    private final int cookieFrom;

    /** Null as long as nobody asked and the record has it. */
    private @Nullable SessionKey key;

    private @Nullable SessionRecord record;
    private long hashHigh;
    private long hashLow;
    private boolean touched;
    private boolean signedByActiveKey;
    private boolean ended;

    /** What the record holds; null while there is no record, or as long as single attributes are read of a plain one. */
    private @Nullable AttributeTable stored;

    /** What this request changes, or null if nothing. */
    private @Nullable Edits edits;

    private @Nullable SetCookie setCookie;

    /** A session that no store knows yet. */
    Session(SessionEngine engine, long now) {
        this.engine = engine;
        this.openedAt = now;
        this.header = null;
        this.cookieFrom = 0;
        this.signedByActiveKey = true;
    }

    /** A session that a request's cookie opened, with its attributes if they had to be unsealed. */
    Session(
            SessionEngine engine,
            long now,
            String header,
            int cookieFrom,
            long hashHigh,
            long hashLow,
            boolean signedByActiveKey,
            SessionRecord record,
            @Nullable AttributeTable opened) {
        this.engine = engine;
        this.openedAt = now;
        this.header = header;
        this.cookieFrom = cookieFrom;
        this.hashHigh = hashHigh;
        this.hashLow = hashLow;
        this.signedByActiveKey = signedByActiveKey;
        this.record = record;
        this.stored = opened;
    }

    /**
     * Returns what names this session, for listing and ending it. A session that is not stored yet gets its name by
     * this call.
     */
    public SessionHandle handle() {
        return new SessionHandle(key());
    }

    /** Returns who is logged in, or null while the session is anonymous. */
    public @Nullable String principal() {
        return get(Reserved.PRINCIPAL);
    }

    /** Returns when the session began, to the millisecond. */
    public Instant createdAt() {
        return Instant.ofEpochMilli(record == null ? openedAt : record.createdAt());
    }

    /**
     * Returns the session's last access that the store knows of, to the millisecond. It lags behind by the engine's
     * touch interval at most.
     */
    public Instant lastAccessedAt() {
        SessionRecord known = record;
        if (known == null) {
            return Instant.ofEpochMilli(openedAt);
        }
        return Instant.ofEpochMilli(touched ? Math.max(known.lastAccess(), openedAt) : known.lastAccess());
    }

    /** Returns whether the session is not in the store yet. A session that nothing is put into stays new. */
    public boolean isNew() {
        return record == null && !ended;
    }

    /** Returns whether the session is known to be over: by this request, or found so by its commit. */
    public boolean isEnded() {
        return ended;
    }

    /**
     * Returns an attribute's value, or null if it has none.
     *
     * @throws AttributeException if it was put as another type, or is damaged
     */
    public <T> @Nullable T get(Attribute<T> attribute) {
        Edits own = edits;
        if (own != null) {
            return own.get(attribute);
        }
        SessionRecord known = record;
        return known == null || stored != null
                ? stored().get(attribute)
                : SessionCodec.plainAttribute(known, attribute);
    }

    /** Returns the names of all attributes, in no particular order. */
    public List<String> attributeNames() {
        return List.copyOf(edits == null ? stored().names() : edits.names());
    }

    /**
     * Gives an attribute a value. The value is copied.
     *
     * @throws IllegalArgumentException if the value, or the session with it, would be larger than the engine allows
     * @throws SessionEndedException if this request knows the session to be over
     */
    public <T> void put(Attribute<T> attribute, T value) {
        requireAlive();
        edits().put(attribute, value);
    }

    /**
     * Takes an attribute's value away, if it has one.
     *
     * @throws SessionEndedException if this request knows the session to be over
     */
    public void remove(Attribute<?> attribute) {
        requireAlive();
        edits().remove(attribute);
    }

    /**
     * Gives an attribute the value that a function makes of the present one, or takes it away if that is null. The
     * commit applies it to the value that is there then: the function is run again whenever another request got in
     * ahead, so no increment is lost. It must depend on its argument alone and do nothing else. After the commit
     * {@link #get} returns what was stored.
     *
     * @param function from the present value, null for none, to the new one, null for none
     * @throws AttributeException if the present value is of another type, or damaged
     * @throws IllegalArgumentException if the value, or the session with it, would be larger than the engine allows
     * @throws SessionEndedException if this request knows the session to be over
     */
    public <T> void update(Attribute<T> attribute, Function<@Nullable T, @Nullable T> function) {
        Objects.requireNonNull(function, "function");
        requireAlive();
        edits().update(attribute, function);
    }

    /**
     * Says something about this session for its owner to recognise it by, such as the browser or the place: it is what
     * {@link SessionEngine#sessionsOf} tells. It takes the place of what was said before.
     *
     * @throws IllegalArgumentException if it, or the session with it, would be larger than the engine allows
     * @throws SessionEndedException if this request knows the session to be over
     */
    public void describe(Map<String, String> metadata) {
        put(Reserved.METADATA, metadata);
    }

    /**
     * Binds a principal, for as long as the browser stays open. See {@link #login(String, Persistence)}.
     */
    public void login(String principal) {
        login(principal, Persistence.BROWSER_SESSION);
    }

    /**
     * Binds a principal and gives the session another id at once, without grace: whoever planted or learned the old one
     * has nothing (session fixation). Attributes stay, those changed by this request are stored as well; but when
     * another principal was logged in, that session ends and this becomes a fresh one. The login neither moves the
     * session's beginning nor, unless the cookie is made persistent, its absolute deadline. The cookie follows with the
     * commit.
     *
     * @param principal 1 to 1024 bytes of UTF-8
     * @throws IllegalArgumentException if the principal is something else
     * @throws SessionLimitException if the principal has as many sessions as allowed, and the engine refuses more
     * @throws SessionEndedException if this request logged the session out before
     * @throws dev.cloakroom.store.StoreFullException if the store has no room
     * @throws dev.cloakroom.store.StoreUnavailableException if the store cannot answer
     */
    public void login(String principal, Persistence persistence) {
        engine.login(this, principal, persistence);
    }

    /**
     * Ends the session for good, for every copy of its cookie. The commit makes the browser forget the cookie. Logging
     * out twice does nothing more.
     *
     * @throws dev.cloakroom.store.StoreUnavailableException if the store cannot answer
     */
    public void logout() {
        engine.logout(this);
    }

    /**
     * Returns an attribute's value, made anew first if it is missing or stale: once, by one of all the requests of this
     * session in the whole cluster, while the others wait for what comes of it. This is for values that cannot be made
     * twice, such as the next pair of tokens for a refresh token that is good for one use. The new value is stored when
     * this returns, without a commit.
     *
     * <p>A request that dies on the way keeps the others waiting for the engine's refresh lease at most, then one of
     * them tries. When the refresher throws, those who waited for it in this process get the same exception, and
     * nothing is stored.
     *
     * @param isStale whether a value is to be made anew
     * @param refresher from the old value, null for none, to the new one
     * @throws SessionEndedException if the session is over
     * @throws AttributeException if the present value is of another type, or damaged
     */
    public <T> T refresh(Attribute<T> attribute, Predicate<? super T> isStale, Function<@Nullable T, T> refresher) {
        return engine.refresh(this, attribute, isStale, refresher);
    }

    /** Names the session's fingerprint, nothing of its id or of what is in it. */
    @Override
    public String toString() {
        return "Session[" + (key == null && record == null ? "new" : key()) + (ended ? ", ended]" : "]");
    }

    // What follows is the engine's side.

    SessionEngine engine() {
        return engine;
    }

    SessionKey key() {
        SessionKey known = key;
        if (known == null) {
            known = record == null ? engine.context().ids().newKey() : record.key();
            key = known;
        }
        return known;
    }

    @Nullable
    SessionRecord record() {
        return record;
    }

    long openedAt() {
        return openedAt;
    }

    long hashHigh() {
        return hashHigh;
    }

    long hashLow() {
        return hashLow;
    }

    IdHash idHash() {
        return new IdHash(hashHigh, hashLow);
    }

    /** Returns whether the id that this session goes by is the record's newest one. */
    boolean presentsCurrentId() {
        SessionRecord stored = record;
        return stored != null
                && SessionCodec.match(stored.data(), hashHigh, hashLow, 0, 0) == SessionCodec.Match.CURRENT;
    }

    /** Returns when the record's newest id was made. */
    long idIssuedAt() {
        SessionRecord stored = record;
        return stored == null ? openedAt : SessionCodec.issuedAt(stored.data());
    }

    boolean signedByActiveKey() {
        return signedByActiveKey;
    }

    /** Returns the id that this session was opened with, or null if it was made by this request. */
    byte @Nullable [] presentedId() {
        return header == null ? null : engine.context().cookies().idIn(header, cookieFrom);
    }

    boolean hasEdits() {
        return edits != null && !edits.isEmpty();
    }

    /** Returns a table with this request's edits made to it. */
    AttributeTable edited(AttributeTable table) {
        return edits == null ? table : edits.applyTo(table);
    }

    /** Returns what the record holds, without this request's edits. */
    AttributeTable stored() {
        AttributeTable table = stored;
        if (table == null) {
            table = record == null ? AttributeTable.EMPTY : engine.attributesOf(record);
            stored = table;
        }
        return table;
    }

    /** Knows that the time of its opening was stored as its last access. */
    void touched() {
        touched = true;
    }

    /** Takes a newer record; this request's edits stay to be made to it. */
    void rebase(SessionRecord newer, AttributeTable attributes) {
        record = newer;
        stored = attributes;
        rebaseEdits(attributes);
    }

    /** Takes the record that this request's edits went into. */
    void committed(SessionRecord newer, AttributeTable attributes) {
        record = newer;
        stored = attributes;
        edits = null;
    }

    void dropEdit(Attribute<?> attribute) {
        if (edits != null) {
            edits.drop(attribute);
        }
    }

    /** Goes on under another id, whose cookie is to be set. */
    void identify(IdHash hash, SetCookie cookie) {
        hashHigh = hash.high();
        hashLow = hash.low();
        signedByActiveKey = true;
        setCookie = cookie;
    }

    /** Becomes a session that no store knows, with another name; this request's edits stay. */
    void startOver() {
        key = null;
        record = null;
        ended = false;
        stored = null;
        rebaseEdits(AttributeTable.EMPTY);
    }

    /** Found to be over. The browser's cookie is left alone: it may be a newer one by now. */
    void over() {
        ended = true;
    }

    void loggedOut(SetCookie cleared) {
        over();
        setCookie = cleared;
    }

    void requireAlive() {
        if (ended) {
            throw new SessionEndedException();
        }
    }

    /** Returns the Set-Cookie values that the browser needs, once. */
    List<String> takeCookies() {
        SetCookie cookie = setCookie;
        setCookie = null;
        return cookie == null ? List.of() : List.of(cookie.toHeader());
    }

    private void rebaseEdits(AttributeTable attributes) {
        if (edits != null) {
            edits.rebase(attributes);
        }
    }

    private Edits edits() {
        Edits own = edits;
        if (own == null) {
            own = new Edits(stored(), engine.limits());
            edits = own;
        }
        return own;
    }
}
