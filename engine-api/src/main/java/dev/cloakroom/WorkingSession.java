package dev.cloakroom;

import dev.cloakroom.cookie.SetCookie;
import dev.cloakroom.internal.id.IdHash;
import dev.cloakroom.internal.id.SessionCookies;
import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The internal part of a {@link Session}: the state that a request has read, and its pending changes. The engine's
 * algorithms use this class, so that they do not depend on the public class.
 *
 * <p>Not thread-safe: each request has its own.
 */
/*
 * One of these is allocated for each request, and little else. So it has fields and not small objects. State that most
 * requests do not need is in Details, which they do not create. The fields here fill 72 bytes, and one more reference
 * would make it 80.
 */
abstract class WorkingSession {

    private final long openedAt;

    /** The last access that was stored before this request's. */
    private final long previousAccess;

    /** The request's header, and where the session's cookie begins in it. */
    private @Nullable String header;

    private int cookieFrom;
    private final Origin origin;

    private long hashHigh;
    private long hashLow;
    private boolean signedByActiveKey;
    private boolean ended;

    private @Nullable SessionRecord record;
    private @Nullable Details details;

    /** The way in which a request found its session. */
    enum Origin {
        /** The session is new. */
        NONE,
        /** The session is new; the id in the cookie was just replaced, so the request must not set a cookie. */
        LATE_REQUEST,
        /** By the cookie. */
        COOKIE,
        /** By the cookie, with a peek, which is not an access. */
        PEEK,
        /** By a handle. */
        HANDLE
    }

    /** The state that most requests do not need. */
    private static final class Details {
        /** Null until it is needed. */
        private @Nullable SessionKey key;

        /** The attributes in the record; null without a record, and until more than single attributes are read. */
        private @Nullable AttributeTable stored;

        // Pending changes, for the commit.
        private @Nullable Edits edits;
        private @Nullable SetCookie cookie;
        private SessionCookies.@Nullable Issued next;
        private @Nullable Long idleTimeout;
        private boolean keep;
    }

    /** Creates a session that is not stored. The header is the one that the request presented. */
    WorkingSession(Origin origin, @Nullable String header, long now) {
        this.origin = origin;
        this.openedAt = now;
        this.previousAccess = now;
        this.header = header;
        this.cookieFrom = -1;
        this.signedByActiveKey = true;
    }

    /** Creates a stored session, with its attributes if they were sealed. */
    WorkingSession(Origin origin, SessionRecord record, @Nullable AttributeTable opened, long now) {
        this.origin = origin;
        this.openedAt = now;
        this.previousAccess = record.lastAccess();
        this.record = record;
        this.cookieFrom = -1;
        this.signedByActiveKey = true;
        if (opened != null) {
            details().stored = opened;
        }
    }

    /**
     * Sets the cookie that presented this session.
     *
     * @param requestHeader the header with the cookie
     * @param from the position of the cookie's value in the header
     * @param idHashHigh the first 64 bits of the id's hash
     * @param idHashLow the last 64 bits of the id's hash
     * @param byActiveKey whether the active key signed the cookie
     */
    final void presentedBy(String requestHeader, int from, long idHashHigh, long idHashLow, boolean byActiveKey) {
        header = requestHeader;
        cookieFrom = from;
        hashHigh = idHashHigh;
        hashLow = idHashLow;
        signedByActiveKey = byActiveKey;
    }

    abstract EngineContext context();

    private Details details() {
        Details own = details;
        if (own == null) {
            own = new Details();
            details = own;
        }
        return own;
    }

    // State

    final SessionKey key() {
        Details own = details();
        SessionKey known = own.key;
        if (known == null) {
            known = record == null ? context().newKey() : record.key();
            own.key = known;
        }
        return known;
    }

    final boolean hasKey() {
        return record != null || (details != null && details.key != null);
    }

    final @Nullable SessionRecord record() {
        return record;
    }

    final long openedAt() {
        return openedAt;
    }

    final long previousAccessMillis() {
        return previousAccess;
    }

    /** Returns the last access: the time of this request, if it is an access. */
    final long lastAccess() {
        SessionRecord known = record;
        if (known == null) {
            return openedAt;
        }
        return countsAsAccess() ? Math.max(known.lastAccess(), openedAt) : known.lastAccess();
    }

    final boolean countsAsAccess() {
        return origin != Origin.PEEK && origin != Origin.HANDLE;
    }

    final boolean isLateRequest() {
        return origin == Origin.LATE_REQUEST && record == null;
    }

    final boolean isFromHandle() {
        return origin == Origin.HANDLE;
    }

    final boolean isUnstored() {
        return record == null && !ended;
    }

    final boolean isOver() {
        return ended;
    }

    final @Nullable String header() {
        return header;
    }

    final IdHash idHash() {
        return new IdHash(hashHigh, hashLow);
    }

    final boolean signedByActiveKey() {
        return signedByActiveKey;
    }

    /** Returns the id that this request presented, or null if no cookie opened the session. */
    final byte @Nullable [] presentedId() {
        return header == null || cookieFrom < 0 ? null : context().cookies().idIn(header, cookieFrom);
    }

    final boolean presentedAnId() {
        return cookieFrom >= 0;
    }

    /** Returns whether the presented id is the record's newest one. */
    final boolean presentsNewestId() {
        SessionRecord known = record;
        return known != null && RecordHead.match(known.data(), hashHigh, hashLow) == RecordHead.Match.CURRENT;
    }

    /** Returns the id that was announced for the session, or a new one. */
    final SessionCookies.Issued nextId(long now) {
        SessionCookies.Issued announced = details == null ? null : details.next;
        return announced == null ? context().issue(key(), now) : announced;
    }

    /** Returns the id that the session gets next. The first call draws it. */
    final SessionCookies.Issued announceId() {
        SessionCookies.Issued announced = nextId(context().now());
        details().next = announced;
        return announced;
    }

    final @Nullable String principalName() {
        return view(Reserved.PRINCIPAL);
    }

    final SessionState.Lifetime lifetime() {
        SessionRecord known = record;
        SessionState.Lifetime lifetime = known == null
                ? SessionState.Lifetime.OF_THE_ENGINE
                : new SessionState.Lifetime(
                        RecordHead.persistence(known.data()), RecordHead.ownIdleTimeout(known.data()));
        return withPendingTimeout(lifetime);
    }

    final SessionState.Times times() {
        SessionRecord known = record;
        return known == null
                ? new SessionState.Times(openedAt, openedAt, openedAt)
                : new SessionState.Times(known.createdAt(), RecordHead.authenticatedAt(known.data()), lastAccess());
    }

    final long generation() {
        SessionRecord known = record;
        return known == null ? 0 : Integer.toUnsignedLong(RecordHead.generation(known.data()));
    }

    final boolean hasPrincipal() {
        return record != null && record.principal() != null;
    }

    final void requireAlive() {
        if (ended) {
            throw new SessionEndedException();
        }
    }

    /**
     * Returns whether a newer record has the generation that this request opened. A periodic renewal keeps the
     * generation. A login or an explicit renewal changes it: a request with an earlier id must not write into the
     * session of a principal.
     */
    final boolean isSameGeneration(SessionRecord newer) {
        SessionRecord known = record;
        return origin == Origin.HANDLE
                || known == null
                || RecordHead.generation(newer.data()) == RecordHead.generation(known.data());
    }

    // Attributes

    /** Returns an attribute as this request sees it. */
    final <T> @Nullable T view(Attribute<T> attribute) {
        Edits changed = pendingEdits();
        if (changed != null) {
            return changed.get(attribute);
        }
        SessionRecord known = record;
        return known == null || (details != null && details.stored != null)
                ? stored().get(attribute)
                : SessionCodec.plainAttribute(known, attribute);
    }

    /** Returns the names of the application's attributes as this request sees them. */
    final List<String> names() {
        Edits changed = pendingEdits();
        return changed == null ? stored().names() : changed.names();
    }

    /** Returns the application's attributes as this request sees them, without decoding them. */
    final List<EncodedAttribute> encoded() {
        Edits changed = pendingEdits();
        return List.copyOf(changed == null ? stored().encodedAttributes() : changed.encodedAttributes());
    }

    /**
     * Returns an attribute of the application as this request sees it, without decoding it, or null if there is none.
     */
    final @Nullable EncodedAttribute encoded(String name) {
        if (name.isEmpty() || Reserved.isReserved(name)) {
            return null;
        }
        Edits changed = pendingEdits();
        byte[] bytes = changed == null ? stored().encoded(name) : changed.encoded(name);
        return bytes == null ? null : new EncodedAttribute(name, bytes);
    }

    /** Returns the attributes in the record, without this request's edits. */
    final AttributeTable stored() {
        Details own = details();
        AttributeTable table = own.stored;
        if (table == null) {
            AttributeTable opened = record == null
                    ? null
                    : context().codec().attributes(record, context().now());
            table = opened == null ? AttributeTable.EMPTY : opened;
            own.stored = table;
        }
        return table;
    }

    /** Returns this request's edits, which the caller may add to. */
    final Edits edits() {
        requireAlive();
        Details own = details();
        Edits edits = own.edits;
        if (edits == null) {
            edits = new Edits(stored(), context().settings());
            own.edits = edits;
        }
        return edits;
    }

    private @Nullable Edits pendingEdits() {
        Details own = details;
        return own == null ? null : own.edits;
    }

    final void dropEdit(Attribute<?> attribute) {
        Edits edits = pendingEdits();
        if (edits != null) {
            edits.drop(attribute);
        }
    }

    private void rebaseEdits(AttributeTable attributes) {
        Edits edits = pendingEdits();
        if (edits != null) {
            edits.rebase(attributes);
        }
    }

    // Pending changes

    final void wantIdleTimeout(long millis) {
        requireAlive();
        details().idleTimeout = millis;
    }

    final void wantKept() {
        requireAlive();
        details().keep = true;
    }

    /** Returns whether a session that is not stored has something to store. */
    final boolean isWorthStoring() {
        return hasEdits() || (details != null && details.keep);
    }

    /** Returns whether the request has pending changes. */
    final boolean hasChanges() {
        return hasEdits() || (details != null && details.idleTimeout != null);
    }

    private boolean hasEdits() {
        Edits edits = pendingEdits();
        return edits != null && !edits.isEmpty();
    }

    /** Returns a state with this request's pending changes. */
    final SessionState changed(SessionState state) {
        return state.with(edited(state.attributes())).with(withPendingTimeout(state.lifetime()));
    }

    private AttributeTable edited(AttributeTable table) {
        Edits edits = pendingEdits();
        return edits == null ? table : edits.applyTo(table);
    }

    private SessionState.Lifetime withPendingTimeout(SessionState.Lifetime lifetime) {
        Long wanted = details == null ? null : details.idleTimeout;
        return wanted == null ? lifetime : lifetime.withIdleTimeout(wanted);
    }

    // Results

    /** Replaces the record by a newer one. Pending changes stay pending. */
    final void rebase(SessionRecord newer, AttributeTable attributes) {
        record = newer;
        details().stored = attributes;
        rebaseEdits(attributes);
    }

    /** Replaces the record by the one that contains this request's changes. */
    final void committed(SessionRecord newer, AttributeTable attributes) {
        record = newer;
        Details own = details();
        own.stored = attributes;
        own.edits = null;
        own.idleTimeout = null;
        own.keep = false;
    }

    /** Changes the id, and sets the cookie to deliver. */
    final void identify(IdHash hash, SetCookie cookie) {
        hashHigh = hash.high();
        hashLow = hash.low();
        signedByActiveKey = true;
        Details own = details();
        own.cookie = cookie;
        own.next = null;
    }

    /** Becomes a session that is not stored, with another key. Pending changes stay pending. */
    final void startOver() {
        record = null;
        ended = false;
        Details own = details();
        own.key = null;
        own.stored = null;
        // It was drawn for the earlier key.
        own.next = null;
        rebaseEdits(AttributeTable.EMPTY);
    }

    /** Marks the session as ended. Keeps the browser's cookie, which may be a newer one by now. */
    final void over() {
        ended = true;
    }

    /** Marks the session as ended by this request, with the cookie that deletes the browser's cookie. */
    final void over(SetCookie deletion) {
        ended = true;
        details().cookie = deletion;
    }

    /** Returns the cookies for the browser, and forgets them. */
    final List<SetCookie> takeCookies() {
        Details own = details;
        SetCookie cookie = own == null ? null : own.cookie;
        if (own == null || cookie == null) {
            return List.of();
        }
        own.cookie = null;
        return List.of(cookie);
    }
}
