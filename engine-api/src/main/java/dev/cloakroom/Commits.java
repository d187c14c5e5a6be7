package dev.cloakroom;

import dev.cloakroom.internal.id.IdState;
import dev.cloakroom.internal.id.SessionCookies;
import dev.cloakroom.internal.id.SessionIds;
import dev.cloakroom.store.AsyncSessionStore;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Ends a request's work on a session: stores what it changed, renews the id when that is due, and says which cookie the
 * browser needs. Most requests change nothing and cost nothing here.
 *
 * <p><b>Renewal.</b> An id is renewed when it is older than the renewal interval, or when its cookie was not signed by
 * the key that signs now, so that after a key's rotation everybody who comes back soon has a cookie of the new key. It
 * is one compare-and-set, so of many parallel requests one renews. The others presented what is now the previous id;
 * they derive the same new id from it (see {@link SessionIds}) and set the same cookie.
 *
 * <p>Safe for use by any number of threads, each with a session of its own.
 */
final class Commits {

    private final EngineContext context;
    private final Writer writer;

    Commits(EngineContext context, Writer writer) {
        this.context = context;
        this.writer = writer;
    }

    List<String> commit(Session session) {
        if (!session.isEnded()) {
            if (session.isNew()) {
                if (session.hasEdits()) {
                    writer.create(session, null, Persistence.BROWSER_SESSION);
                }
            } else if (needsStore(session)) {
                Change change = new Change(session, context.now());
                finish(session, change, writer.change(session, change));
            }
        }
        return session.takeCookies();
    }

    CompletionStage<List<String>> commitAsync(AsyncSessionStore store, Session session) {
        CompletionStage<?> stored = CompletableFuture.completedFuture(null);
        if (!session.isEnded()) {
            if (session.isNew()) {
                if (session.hasEdits()) {
                    stored = writer.createAsync(store, session);
                }
            } else if (needsStore(session)) {
                Change change = new Change(session, context.now());
                stored = writer.changeAsync(store, session, change).thenAccept(state -> finish(session, change, state));
            }
        }
        return stored.thenApply(done -> session.takeCookies());
    }

    /** Returns whether there may be something to do, without decoding anything. */
    private boolean needsStore(Session session) {
        return session.hasEdits()
                || !session.signedByActiveKey()
                || !session.presentsCurrentId()
                || isRenewalDue(session.idIssuedAt(), context.now());
    }

    private boolean isRenewalDue(long issuedAt, long now) {
        return now - issuedAt >= context.settings().renewalInterval();
    }

    private void finish(Session session, Change change, @Nullable SessionState state) {
        if (state == null) {
            return;
        }
        long now = context.now();
        SessionCookies.Issued renewed = change.renewed;
        if (renewed != null) {
            Cookies.give(session, state, renewed, now);
            context.events().renewed(state.key());
            return;
        }
        IdState.Previous previous = state.ids().previous();
        byte[] presented = session.presentedId();
        if (!state.ids().isCurrent(session.idHash()) && previous != null && presented != null) {
            context.ids().renewals(state.key(), presented, previous.nonce(), now).stream()
                    .map(id -> context.cookies().reissue(state.key(), id, state.ids(), now))
                    .filter(Objects::nonNull)
                    .findFirst()
                    .ifPresent(issued -> Cookies.give(session, state, issued, now));
        }
    }

    /** One commit's change: the request's edits, and the renewal if it is due for the state that is there. */
    private final class Change implements Writer.Change {

        private final Session session;
        private final long now;
        private SessionCookies.@Nullable Issued renewed;

        Change(Session session, long now) {
            this.session = session;
            this.now = now;
        }

        @Override
        public @Nullable SessionState apply(SessionState present) {
            renewed = null;
            byte[] presented = session.presentedId();
            boolean renew = presented != null
                    && present.ids().isCurrent(session.idHash())
                    && (!session.signedByActiveKey()
                            || isRenewalDue(present.ids().issuedAt(), now));
            if (!renew && !session.hasEdits()) {
                return null;
            }
            SessionState next = present.next(now).withAttributes(session.edited(present.attributes()));
            return renew && presented != null ? renewed(next, presented) : next;
        }

        private SessionState renewed(SessionState state, byte[] presented) {
            byte[] nonce = context.ids().newNonce();
            byte[] id = context.ids().renewed(state.key(), presented, nonce, now);
            SessionCookies.Issued issued = context.cookies().issue(state.key(), id, now);
            renewed = issued;
            String principal = state.attributes().get(Reserved.PRINCIPAL);
            return state.withIds(state.ids().renewed(issued.hash(), nonce, now))
                    .withPrincipalKey(
                            principal == null ? null : context.principals().current(principal, now));
        }
    }
}
