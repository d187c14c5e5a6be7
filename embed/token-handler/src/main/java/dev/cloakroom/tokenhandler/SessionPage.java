package dev.cloakroom.tokenhandler;

import dev.cloakroom.Lookup;
import dev.cloakroom.Session;
import dev.cloakroom.cookie.CookieHeader;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tells the page who is logged in, and never a token. */
final class SessionPage {

    private final Settings settings;
    private final Principals principals;

    SessionPage(Settings settings, Principals principals) {
        this.settings = settings;
        this.principals = principals;
    }

    TokenResponse show(TokenRequest request) {
        String cookies = CookieHeader.join(request.all("Cookie"));
        boolean access = Parameters.single(Parameters.of(request.query()), "keepAlive", "")
                .equals("true");
        Lookup lookup =
                access ? settings.engine().lookup(cookies) : settings.engine().peek(cookies);
        Session session = principals.loggedIn(lookup);
        Tokens tokens = session == null ? null : session.get(Tokens.ATTRIBUTE);
        if (session == null || tokens == null || tokens.isOver(settings.clock().millis())) {
            throw RefusedException.loginRequired();
        }
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("claims", claims(session.get(Logins.CLAIMS)));
        answer.put("endsAt", end(session, tokens).toString());
        answer.put("csrfToken", session.csrfToken());
        List<String> setCookies = access ? settings.engine().commit(session) : List.of();
        return Json.response(200, answer).withCookies(setCookies);
    }

    private static Map<String, Object> claims(@Nullable String json) {
        return json == null ? Map.of() : Json.read(json);
    }

    /** Returns when the session ends if it is not used again. */
    private static Instant end(Session session, Tokens tokens) {
        long tokensEnd = tokens.refreshToken() == null ? tokens.expiresAt() : tokens.refreshExpiresAt();
        Instant end = session.expiresAt();
        return tokensEnd != 0 && tokensEnd < end.toEpochMilli() ? Instant.ofEpochMilli(tokensEnd) : end;
    }
}
