package dev.cloakroom.jmh.peer;

import dev.cloakroom.internal.text.CookiePairs;
import dev.cloakroom.jmh.Workload;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A lower bound: a map whose keys are the cookies' texts. The cookie is found without parsing the others. The attributes
 * are a plain map, which a program with several threads could not use like this. Nothing expires, no access is noted, and
 * nothing is done at the end of a request.
 */
final class KeyedPeer implements Peer {

    private static final String COOKIE = "session";

    private final Map<String, Map<String, Object>> sessions;
    private final Runnable onClose;
    private final CookieCheck check;
    private final SecureRandom random = new SecureRandom();

    /** @param sessions a {@code ConcurrentHashMap}, or what a cache shows itself as */
    KeyedPeer(Map<String, Map<String, Object>> sessions, Runnable onClose, CookieCheck check) {
        this.sessions = sessions;
        this.onClose = onClose;
        this.check = check;
    }

    @Override
    public String create(Workload.Content content) {
        byte[] bytes = new byte[16];
        random.nextBytes(bytes);
        String id = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        sessions.put(id, SessionContent.map(content));
        return COOKIE + '=' + check.issue(id);
    }

    @Override
    public long next(String cookieHeader) {
        long pair = CookiePairs.find(cookieHeader, COOKIE, 0);
        if (pair == CookiePairs.NONE) {
            return NO_SESSION;
        }
        String id = check.idOf(cookieHeader.substring(CookiePairs.start(pair), CookiePairs.end(pair)));
        @Nullable Map<String, Object> session = id == null ? null : sessions.get(id);
        return session == null ? NO_SESSION : SessionContent.next(session.get(SessionContent.NEXT));
    }

    @Override
    public void close() {
        onClose.run();
    }
}
