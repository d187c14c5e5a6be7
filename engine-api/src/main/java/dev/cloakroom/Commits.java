package dev.cloakroom;

import dev.cloakroom.cookie.SetCookie;
import dev.cloakroom.internal.id.IdState;
import dev.cloakroom.internal.id.SessionCookies;
import dev.cloakroom.internal.id.SessionIds;
import dev.cloakroom.store.SessionRecord;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Commits a request's session: stores its changes, renews its id when due, and returns the cookie for the browser. Most
 * requests change nothing and cost nothing here.
 *
 * <p><b>Renewal.</b> An id is renewed when it is older than the renewal interval, or when the active key did not sign
 * its cookie. So after a rotation every returning browser soon has a cookie of the new key. A renewal is one
 * compare-and-set, so one of several concurrent requests renews. The others presented the id that is now the previous
 * one. They derive the same new id from it (see {@link SessionIds}) and set the same cookie. Each later request with
 * the previous id does so too, because the response with the cookie may be lost.
 *
 * <p>Thread-safe, if each thread has its own session.
 */
final class Commits {

    private final EngineContext context;
    private final Changes changes;
    private final CookieDelivery delivery;

    Commits(EngineContext context, Changes changes, CookieDelivery delivery) {
        this.context = context;
        this.changes = changes;
        this.delivery = delivery;
    }

    /** Commits a session whose response can set cookies. */
    Flow<List<SetCookie>> commit(WorkingSession session) {
        return store(session, true).then(done -> Flow.done(session.takeCookies()));
    }

    /** Commits a session whose response cannot set cookies. Does not renew the id, and does not store a new session. */
    Flow<@Nullable Void> commitWithoutCookies(WorkingSession session) {
        return store(session, false).then(done -> {
            session.takeCookies();
            return Flow.done();
        });
    }

    private Flow<?> store(WorkingSession session, boolean cookies) {
        if (session.isOver() || session.isLateRequest()) {
            return Flow.done();
        }
        SessionRecord record = session.record();
        if (record == null) {
            return cookies && session.isWorthStoring()
                    ? changes.create(session, null, Persistence.BROWSER_SESSION)
                    : Flow.done();
        }
        boolean mayRenew = cookies && session.presentedAnId();
        if (!needsStore(session, record, mayRenew)) {
            return Flow.done();
        }
        CommitChange change = new CommitChange(session, mayRenew, context.now());
        return changes.apply(session, change).then(state -> {
            if (state != null) {
                change.deliver(state);
            }
            return Flow.done();
        });
    }

    /** Returns whether the commit may have to store something. Decodes nothing. */
    private boolean needsStore(WorkingSession session, SessionRecord record, boolean mayRenew) {
        long now = context.now();
        return session.hasChanges()
                || (session.countsAsAccess() && context.lifetimes().isOutdated(record, now))
                || (mayRenew
                        && (!session.signedByActiveKey()
                                || !session.presentsNewestId()
                                || context.lifetimes().isRenewalDue(RecordHead.issuedAt(record.data()), now)));
    }

    /** The change of one commit: the request's edits, and the renewal if it is due for the present state. */
    private final class CommitChange implements Changes.Change {

        private final WorkingSession session;
        private final boolean mayRenew;
        private final long now;
        private SessionCookies.@Nullable Issued renewed;
        private SessionCookies.@Nullable Issued reissued;

        CommitChange(WorkingSession session, boolean mayRenew, long now) {
            this.session = session;
            this.mayRenew = mayRenew;
            this.now = now;
        }

        @Override
        public @Nullable SessionState apply(SessionState present) {
            renewed = null;
            reissued = null;
            byte[] presented = mayRenew ? session.presentedId() : null;
            if (presented != null && presentedPrevious(present.ids())) {
                reissued = reissue(present, presented);
            }
            boolean renew = presented != null && reissued == null && isRenewalDue(present.ids());
            if (!renew && !session.hasChanges() && !isOutdated(present)) {
                return null;
            }
            SessionState next = session.changed(changes.next(session, present, now));
            return renew && presented != null ? renewed(next, presented) : next;
        }

        /** Returns whether the request presented the id before the newest one. */
        private boolean presentedPrevious(IdState ids) {
            return !ids.isCurrent(session.idHash()) && ids.isPrevious(session.idHash());
        }

        private boolean isRenewalDue(IdState ids) {
            // No browser has presented the successor, and it cannot be derived again, so another one replaces it.
            return (ids.awaitsPresentation() && presentedPrevious(ids))
                    || (ids.isCurrent(session.idHash())
                            && (!session.signedByActiveKey()
                                    || context.lifetimes().isRenewalDue(ids.issuedAt(), now)));
        }

        private boolean isOutdated(SessionState present) {
            SessionRecord record = session.record();
            return record != null
                    && record.version() == present.version()
                    && session.countsAsAccess()
                    && context.lifetimes().isOutdated(record, now);
        }

        private SessionCookies.@Nullable Issued reissue(SessionState present, byte[] presented) {
            IdState.Previous previous = present.ids().previous();
            return previous == null
                    ? null
                    : context.ids().renewals(present.key(), presented, previous.nonce(), now).stream()
                            .map(id -> context.cookies().reissue(present.key(), id, present.ids(), now))
                            .filter(Objects::nonNull)
                            .findFirst()
                            .orElse(null);
        }

        private SessionState renewed(SessionState state, byte[] presented) {
            byte[] nonce = context.ids().newNonce();
            byte[] id = context.ids().renewed(state.key(), presented, nonce, now);
            SessionCookies.Issued issued = context.cookies().issue(state.key(), id, now);
            renewed = issued;
            String principal = state.attributes().get(Reserved.PRINCIPAL);
            return state.with(state.ids().renewed(session.idHash(), issued.hash(), nonce, now))
                    .withPrincipalKey(
                            principal == null ? null : context.principals().current(principal, now));
        }

        /** Gives the request the cookie of the renewed id. */
        void deliver(SessionState state) {
            if (renewed != null) {
                delivery.deliver(session, state, renewed, now);
                context.events().renewed(state);
            } else if (reissued != null) {
                delivery.deliver(session, state, reissued, now);
            }
        }
    }
}
