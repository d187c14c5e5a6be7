package dev.cloakroom;

import dev.cloakroom.internal.id.IdState;
import dev.cloakroom.internal.id.SessionCookies;
import dev.cloakroom.store.SessionRecord;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Changes sessions in the store, by compare-and-set alone.
 *
 * <p>A change is a pure function from the present state to the next one. It is applied to the record that the request
 * looked up, and the result is stored if that record is still the newest. If another request has stored a record first,
 * that record is loaded and the change applied again. So concurrent changes of different attributes are all kept, and
 * an update never loses an increment.
 *
 * <p>Each loaded record is checked for two conditions. The session is live: an ended session stays ended, because a
 * change never creates a record. The session has the generation that the request opened: a request with an id from
 * before a login must not write into the session of the principal.
 *
 * <p>The loop is lock-free: a writer retries only after another one succeeded. Thread-safe, if each thread has its own
 * session.
 */
final class Changes {

    private static final int EAGER_ATTEMPTS = 4;
    private static final long LONGEST_PAUSE_NANOS = 1_000_000;

    private final EngineContext context;
    private final CookieDelivery delivery;

    Changes(EngineContext context, CookieDelivery delivery) {
        this.context = context;
        this.delivery = delivery;
    }

    /** A change of a session's state. */
    interface Change {
        /** Returns the next state, or null if the present state needs no change. */
        @Nullable
        SessionState apply(SessionState present);
    }

    /**
     * Applies a change that includes the request's edits. Afterwards the session has its newest record, or is marked as
     * ended.
     *
     * @return the newest state, or null if the session has ended
     */
    Flow<@Nullable SessionState> apply(WorkingSession session, Change change) {
        return apply(session, change, session::committed);
    }

    /** Does the same with a change that does not include the request's edits, which remain to be committed. */
    Flow<@Nullable SessionState> applyAside(WorkingSession session, Change change) {
        return apply(session, change, session::rebase);
    }

    private Flow<@Nullable SessionState> apply(
            WorkingSession session, Change change, BiConsumer<SessionRecord, AttributeTable> whenStored) {
        SessionRecord base = session.record();
        return base == null ? over(session) : attempt(session, change, whenStored, base, session.stored(), 0);
    }

    private Flow<@Nullable SessionState> attempt(
            WorkingSession session,
            Change change,
            BiConsumer<SessionRecord, AttributeTable> whenStored,
            SessionRecord base,
            AttributeTable attributes,
            int attempt) {
        SessionState present = SessionCodec.decode(base, attributes);
        SessionState next = change.apply(present);
        if (next == null) {
            session.rebase(base, attributes);
            return Flow.done(present);
        }
        SessionRecord record = context.codec().encode(next, context.now());
        return context.replace(record).then(replaced -> {
            if (replaced) {
                whenStored.accept(record, next.attributes());
                return Flow.done(next);
            }
            return pause(attempt)
                    .then(done -> newest(session))
                    .then(newest -> newest == null
                            ? over(session)
                            : attempt(session, change, whenStored, newest.record(), newest.attributes(), attempt + 1));
        });
    }

    /**
     * Tries once to apply a change that does not include the request's edits. If another request has written first, a
     * later request makes the change.
     */
    Flow<Boolean> applyOnce(WorkingSession session, Change change) {
        SessionRecord base = session.record();
        SessionState next = base == null ? null : change.apply(SessionCodec.decode(base, session.stored()));
        if (next == null) {
            return Flow.done(false);
        }
        SessionRecord record = context.codec().encode(next, context.now());
        return context.replace(record).then(replaced -> {
            if (replaced) {
                session.rebase(record, next.attributes());
            }
            return Flow.done(replaced);
        });
    }

    private static Flow<@Nullable SessionState> over(WorkingSession session) {
        session.over();
        return Flow.done(null);
    }

    private record Newest(SessionRecord record, AttributeTable attributes) {}

    /** Loads the newest record of a session. Returns null if the session has ended for this request. */
    private Flow<@Nullable Newest> newest(WorkingSession session) {
        return context.reload(session.key()).then(record -> {
            if (record == null || !isOpen(session, record)) {
                return Flow.done(null);
            }
            AttributeTable attributes = context.codec().attributes(record, context.now());
            return Flow.done(attributes == null ? null : new Newest(record, attributes));
        });
    }

    private boolean isOpen(WorkingSession session, SessionRecord record) {
        return RecordHead.isReadable(record.data())
                && context.lifetimes().over(record, context.now()) == null
                && session.isSameGeneration(record);
    }

    /** Updates a session to its newest record. The result is false if the session has ended. */
    Flow<Boolean> refreshed(WorkingSession session) {
        return newest(session).then(newest -> {
            if (newest == null) {
                session.over();
                return Flow.done(false);
            }
            session.rebase(newest.record(), newest.attributes());
            return Flow.done(true);
        });
    }

    /** Returns the successor of a state, accessed now if the request is an access. */
    SessionState next(WorkingSession session, SessionState present, long now) {
        SessionState next = context.lifetimes().corrected(present.next(), now);
        return session.countsAsAccess() ? next.with(next.times().accessed(now)) : next;
    }

    /** Stores a session for the first time. */
    Flow<SessionState> create(WorkingSession session, @Nullable String principal, Persistence persistence) {
        long now = context.now();
        SessionCookies.Issued issued = session.nextId(now);
        SessionState anonymous = session.changed(new SessionState(
                session.key(),
                1,
                new SessionState.Times(Math.min(session.openedAt(), now), Math.min(session.openedAt(), now), now),
                SessionState.Lifetime.OF_THE_ENGINE,
                null,
                IdState.first(issued.hash(), now),
                AttributeTable.EMPTY));
        SessionState state = principal == null ? anonymous : bound(anonymous, principal, persistence, now);
        SessionRecord record = context.codec().encode(state, now);
        return context.insert(record).then(inserted -> {
            if (!inserted) {
                throw new IllegalStateException("the store has a record under a key that was just drawn at random: "
                        + "check that SessionStore.newKey draws random keys");
            }
            session.committed(record, state.attributes());
            delivery.deliver(session, state, issued, now);
            context.events().created(state);
            return Flow.done(state);
        });
    }

    /** Returns a state with a principal bound to it. This restarts the absolute lifetime. */
    SessionState bound(SessionState state, String principal, Persistence persistence, long now) {
        AttributeTable attributes = state.attributes()
                .with(Reserved.PRINCIPAL, principal)
                .with(Reserved.LOGGED_IN_AT, Instant.ofEpochMilli(now));
        return state.with(attributes)
                .with(state.times().authenticated(now))
                .with(state.lifetime().with(persistence))
                .withPrincipalKey(context.principals().current(principal, now));
    }

    /** Waits before a retry, for a random time that grows with the number of attempts. */
    private static Flow<@Nullable Void> pause(int attempt) {
        if (attempt < EAGER_ATTEMPTS) {
            Thread.onSpinWait();
            return Flow.done();
        }
        long longest = Math.min(LONGEST_PAUSE_NANOS, 1_000L << Math.min(attempt, 20));
        return Flow.pause(ThreadLocalRandom.current().nextLong(1, longest));
    }
}
