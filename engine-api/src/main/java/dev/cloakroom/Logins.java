package dev.cloakroom;

import dev.cloakroom.cookie.SetCookie;
import dev.cloakroom.internal.id.IdState;
import dev.cloakroom.internal.id.SessionCookies;
import dev.cloakroom.internal.text.Utf8;
import dev.cloakroom.store.PrincipalKey;
import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.SessionRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Logs principals in and out, and knows their sessions.
 *
 * <p><b>The limit on sessions per principal</b> holds under concurrent logins without a lock, because the store's index
 * returns sessions in the order in which they were bound. Each login binds first and counts after: whoever finds itself
 * beyond the limit withdraws, or the oldest are ended, be it the very session of this login, if as many others logged in
 * meanwhile. Logins that overlap see each other in the same order, so they agree on who is too many.
 *
 * <p>Safe for use by any number of threads.
 */
final class Logins {

    private static final int LONGEST_PRINCIPAL = 1024;

    private final EngineContext context;
    private final Writer writer;

    Logins(EngineContext context, Writer writer) {
        this.context = context;
        this.writer = writer;
    }

    void login(Session session, String principal, Persistence persistence) {
        Objects.requireNonNull(persistence, "persistence");
        checkPrincipal(principal);
        session.requireAlive();
        EngineSettings settings = context.settings();
        String before = session.principal();
        if (settings.sessionLimit() == SessionLimit.REFUSE && !principal.equals(before)) {
            refuseBeyondLimit(principal);
        }
        if (before != null && !before.equals(principal)) {
            context.end(session.key(), before, SessionEvent.Cause.PRINCIPAL_CHANGED);
            session.startOver();
        }
        bind(session, principal, persistence);
        if (settings.sessionLimit() == SessionLimit.REFUSE) {
            withdrawIfBeyondLimit(session, principal);
        }
        context.events().loggedIn(session.key(), principal);
        if (settings.sessionLimit() == SessionLimit.END_OLDEST) {
            endOldestBeyondLimit(session, principal);
        }
    }

    private static void checkPrincipal(String principal) {
        int length = Utf8.encode("a principal", principal).length;
        if (length == 0 || length > LONGEST_PRINCIPAL) {
            throw new IllegalArgumentException("a principal must have 1 to " + LONGEST_PRINCIPAL + " bytes: " + length);
        }
    }

    private void bind(Session session, String principal, Persistence persistence) {
        if (!session.isNew()) {
            long now = context.now();
            SessionCookies.Issued issued = context.issue(session.key(), now);
            IdState ids = IdState.first(issued.hash(), now);
            SessionState state = writer.change(
                    session,
                    present -> writer.bound(
                            present.next(now).withIds(ids).withAttributes(session.edited(present.attributes())),
                            principal,
                            persistence,
                            now));
            if (state != null) {
                Cookies.give(session, state, issued, now);
                return;
            }
            // Somebody else's request ended the session, or logged in on it: this login gets one of its own.
            session.startOver();
        }
        writer.create(session, principal, persistence);
    }

    private void refuseBeyondLimit(String principal) {
        int limit = context.settings().maximumSessionsPerPrincipal();
        if (liveSessions(principal).size() >= limit) {
            throw new SessionLimitException(limit);
        }
    }

    private void withdrawIfBeyondLimit(Session session, String principal) {
        int limit = context.settings().maximumSessionsPerPrincipal();
        List<SessionKey> live = List.copyOf(liveSessions(principal).keySet());
        if (live.indexOf(session.key()) >= limit) {
            context.end(session.key(), principal, SessionEvent.Cause.DISPLACED);
            session.loggedOut(context.cookies().cleared());
            throw new SessionLimitException(limit);
        }
    }

    private void endOldestBeyondLimit(Session session, String principal) {
        int limit = context.settings().maximumSessionsPerPrincipal();
        List<SessionKey> live = List.copyOf(liveSessions(principal).keySet());
        for (SessionKey oldest : live.subList(0, Math.max(0, live.size() - limit))) {
            context.end(oldest, principal, SessionEvent.Cause.DISPLACED);
            if (oldest.equals(session.key())) {
                session.loggedOut(context.cookies().cleared());
            }
        }
    }

    void logout(Session session) {
        if (session.isEnded()) {
            return;
        }
        if (!session.isNew()) {
            String principal = session.principal();
            // An id that a login has superseded meanwhile must not end what is now somebody's session.
            if (writer.refreshed(session) != null) {
                context.end(session.key(), principal, SessionEvent.Cause.LOGOUT);
            }
        }
        SetCookie cleared = context.cookies().cleared();
        session.loggedOut(cleared);
    }

    int logoutEverywhere(String principal) {
        checkPrincipal(principal);
        int ended = 0;
        for (PrincipalKey place : context.principals().all(principal, context.now())) {
            for (SessionRecord record : context.store().byPrincipal(place)) {
                if (context.end(record.key(), principal, SessionEvent.Cause.LOGGED_OUT_EVERYWHERE)) {
                    ended++;
                }
            }
        }
        return ended;
    }

    List<SessionInfo> sessionsOf(String principal) {
        checkPrincipal(principal);
        List<SessionInfo> sessions = new ArrayList<>();
        for (SessionRecord record : liveSessions(principal).values()) {
            AttributeTable attributes = context.codec().attributes(record, context.now());
            if (attributes != null) {
                sessions.add(info(record, attributes));
            }
        }
        return List.copyOf(sessions);
    }

    private static SessionInfo info(SessionRecord record, AttributeTable attributes) {
        Instant loggedInAt = attributes.get(Reserved.LOGGED_IN_AT);
        Map<String, String> metadata = attributes.get(Reserved.METADATA);
        Instant createdAt = Instant.ofEpochMilli(record.createdAt());
        return new SessionInfo(
                new SessionHandle(record.key()),
                createdAt,
                loggedInAt == null ? createdAt : loggedInAt,
                Instant.ofEpochMilli(record.lastAccess()),
                metadata == null ? Map.of() : metadata);
    }

    /**
     * Returns a principal's sessions that have not expired, in the order in which they were bound. The place where
     * sessions are bound now is looked at last, so that one that moves there meanwhile is not missed.
     */
    private Map<SessionKey, SessionRecord> liveSessions(String principal) {
        long now = context.now();
        Map<SessionKey, SessionRecord> live = new LinkedHashMap<>();
        for (PrincipalKey place : context.principals().all(principal, now)) {
            for (SessionRecord record : context.store().byPrincipal(place)) {
                if (!record.isExpired(now)) {
                    live.put(record.key(), record);
                }
            }
        }
        return live;
    }
}
