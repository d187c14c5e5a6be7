package dev.cloakroom;

import dev.cloakroom.cookie.SetCookie;
import dev.cloakroom.internal.id.IdHash;
import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The engine's side of a {@link Session}: what a request knows of a session and what it wants changed. It is the part of
 * a session that the engine's algorithms work on, so that they need not know the class that users see.
 *
 * <p>Not thread-safe: a request has its own.
 */
/*
 * One of these is allocated for each request, and little else is. So it has fields rather than small objects. What most
 * requests have no use for lies in Details, which they never make: the fields here fill 72 bytes, and one more reference
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

    /** How a request came by its session. */
    enum Origin {
        /** It has none that the store knows. */
        NONE,
        /** Its cookie's id was replaced shortly before: it may set no cookie. */
        LATE_REQUEST,
        /** Its cookie. */
        COOKIE,
        /** Its cookie, which it only looked at: that is no access. */
        PEEK,
        /** A handle. */
        HANDLE
    }

    /** What most requests have no use for. */
    private static final class Details {
        /** Null as long as it was not asked for. */
        private @Nullable SessionKey key;

        /** What the record holds; null while there is no record, or as long as single attributes are read of a plain one. */
        private @Nullable AttributeTable stored;

        // What is wanted at the commit.
        private @Nullable Edits edits;
        private @Nullable SetCookie cookie;
        private @Nullable Long idleTimeout;
        private boolean keep;
    }

    /** A session that no store knows yet. The header is what the request presented. */
    WorkingSession(Origin origin, @Nullable String header, long now) {
        this.origin = origin;
        this.openedAt = now;
        this.previousAccess = now;
        this.header = header;
        this.cookieFrom = -1;
        this.signedByActiveKey = true;
    }

    /** A stored session, with its attributes if they had to be unsealed. */
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
     * @param requestHeader the header that the cookie came in
     * @param from where the cookie's value begins in the header
     * @param idHashHigh the first 64 bits of the id's hash
     * @param idHashLow the last 64 bits of the id's hash
     * @param byActiveKey whether the key that signs now signed the cookie
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

    // What is known

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

    /** Returns the last access, this request's own if it counts as one. */
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

    /** Returns the id that this request presented, or null if it presented none that opens the session. */
    final byte @Nullable [] presentedId() {
        return header == null || cookieFrom < 0 ? null : context().cookies().idIn(header, cookieFrom);
    }

    final boolean presentedAnId() {
        return cookieFrom >= 0;
    }

    /** Returns whether the id that this session goes by is the record's newest one. */
    final boolean presentsNewestId() {
        SessionRecord known = record;
        return known != null && RecordHead.match(known.data(), hashHigh, hashLow) == RecordHead.Match.CURRENT;
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
     * Returns whether a newer record is still of the session that this request opened. Periodic renewals change nothing
     * in that. A login or an explicit renewal does: a request with the id from before must not write into what is now
     * the session of a principal.
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

    /** Returns the application's attributes as this request sees them, not decoded. */
    final List<EncodedAttribute> encoded() {
        Edits changed = pendingEdits();
        return List.copyOf(changed == null ? stored().encodedAttributes() : changed.encodedAttributes());
    }

    /** Returns what the record holds, without this request's edits. */
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

    /** Returns this request's edits, to be added to. */
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

    // What is wanted

    final void wantIdleTimeout(long millis) {
        requireAlive();
        details().idleTimeout = millis;
    }

    final void wantKept() {
        requireAlive();
        details().keep = true;
    }

    /** Returns whether there is something to store in a session that the store does not know. */
    final boolean isWorthStoring() {
        return hasEdits() || (details != null && details.keep);
    }

    /** Returns whether the request wants something changed. */
    final boolean hasChanges() {
        return hasEdits() || (details != null && details.idleTimeout != null);
    }

    private boolean hasEdits() {
        Edits edits = pendingEdits();
        return edits != null && !edits.isEmpty();
    }

    /** Returns a state with what this request wants changed. */
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

    // What has happened

    /** Takes a newer record; this request's changes stay to be made to it. */
    final void rebase(SessionRecord newer, AttributeTable attributes) {
        record = newer;
        details().stored = attributes;
        rebaseEdits(attributes);
    }

    /** Takes the record that this request's changes went into. */
    final void committed(SessionRecord newer, AttributeTable attributes) {
        record = newer;
        Details own = details();
        own.stored = attributes;
        own.edits = null;
        own.idleTimeout = null;
        own.keep = false;
    }

    /** Goes on under another id, whose cookie is to be set. */
    final void identify(IdHash hash, SetCookie cookie) {
        hashHigh = hash.high();
        hashLow = hash.low();
        signedByActiveKey = true;
        details().cookie = cookie;
    }

    /** Becomes a session that no store knows, with another key; this request's changes stay. */
    final void startOver() {
        record = null;
        ended = false;
        Details own = details();
        own.key = null;
        own.stored = null;
        rebaseEdits(AttributeTable.EMPTY);
    }

    /** Found to be over. The browser's cookie is left alone: it may be a newer one by now. */
    final void over() {
        ended = true;
    }

    /** Ended by this request. The browser's cookie is deleted. */
    final void over(SetCookie deletion) {
        ended = true;
        details().cookie = deletion;
    }

    /** Returns the cookies that the browser needs, once. */
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
