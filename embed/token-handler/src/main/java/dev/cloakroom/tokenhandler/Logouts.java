package dev.cloakroom.tokenhandler;

import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import dev.cloakroom.Session;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.SessionHandle;
import dev.cloakroom.SessionInfo;
import dev.cloakroom.cookie.CookieHeader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Logs users out: at the page's wish, and at the authorization server's. */
final class Logouts {

    private static final int LARGEST_FORM = 64 * 1024;

    private final Settings settings;
    private final Provider provider;
    private final Principals principals;
    private final LogoutTokens logoutTokens;
    private final OpenConnections connections;
    private final Meters meters;

    Logouts(Settings settings, Provider provider, Principals principals, OpenConnections connections, Meters meters) {
        this.settings = settings;
        this.provider = provider;
        this.principals = principals;
        this.logoutTokens = new LogoutTokens(provider, settings.clock());
        this.connections = connections;
        this.meters = meters;
    }

    // By the page

    /** Logs out for a script that sent the CSRF header. */
    TokenResponse byScript(TokenRequest request) {
        Session session = open(request);
        Tokens tokens = tokens(session);
        List<String> cookies = logOut(session, tokens);
        return Json.response(200, Map.of("loggedOut", true)).withCookies(cookies);
    }

    /**
     * Logs out for a form that sent the session's CSRF token, and then at the authorization server. The answer has the ID
     * token in a form. Only a navigation of the whole window gets it: a script could read the answer to anything else.
     */
    TokenResponse byForm(TokenRequest request) {
        Map<String, List<String>> form = form(request);
        Session session = open(request);
        if (principals.isLoggedIn(session) && !session.isCsrfToken(Parameters.single(form, "csrf", ""))) {
            throw new RefusedException(
                    403,
                    Refusal.CSRF,
                    "send the header " + settings.csrfHeader()
                            + ": 1, or post a form with the session's CSRF token as csrf");
        }
        boolean shown = "navigate".equals(request.first("Sec-Fetch-Mode"))
                && "document".equals(request.first("Sec-Fetch-Dest"));
        Tokens tokens = tokens(session);
        List<String> cookies = logOut(session, tokens);
        URI endpoint = endSessionEndpoint();
        if (endpoint == null || tokens == null) {
            return TokenResponse.empty(303)
                    .with("Location", settings.afterLogout())
                    .withCookies(cookies);
        }
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("client_id", provider.clientId());
        fields.put("post_logout_redirect_uri", settings.origin() + settings.afterLogout());
        if (shown) {
            fields.put("id_token_hint", tokens.idToken());
        }
        return Pages.post(endpoint.toString(), fields).withCookies(cookies);
    }

    private Session open(TokenRequest request) {
        return settings.engine().open(CookieHeader.join(request.all("Cookie")));
    }

    private @Nullable Tokens tokens(Session session) {
        return principals.isLoggedIn(session) ? session.get(Tokens.ATTRIBUTE) : null;
    }

    private List<String> logOut(Session session, @Nullable Tokens tokens) {
        if (!principals.isLoggedIn(session)) {
            return List.of();
        }
        SessionHandle handle = session.handle();
        session.logout();
        if (tokens != null) {
            meters.logouts.increment();
            if (tokens.refreshToken() != null) {
                provider.revoke(tokens.refreshToken());
            }
        }
        List<String> cookies = settings.engine().commit(session);
        connections.sessionEnded(handle);
        return cookies;
    }

    private @Nullable URI endSessionEndpoint() {
        try {
            OIDCProviderMetadata metadata = provider.metadata();
            return metadata.getEndSessionEndpointURI();
        } catch (IOException e) {
            // The session here is over; the one there ends by itself.
            return null;
        }
    }

    // By the authorization server

    TokenResponse byProvider(TokenRequest request) {
        String token = Parameters.single(form(request), "logout_token", "");
        if (token.isEmpty()) {
            throw new RefusedException(400, Refusal.BAD_LOGOUT_TOKEN, "the parameter logout_token is missing");
        }
        LogoutTokens.Order order = logoutTokens.validate(token);
        if (order.subject() == null) {
            throw new RefusedException(
                    400,
                    Refusal.BAD_LOGOUT_TOKEN,
                    "a logout token with sid alone is not supported: configure the authorization server to send sub");
        }
        try {
            end(principals.of(order.subject()), order);
        } catch (RuntimeException e) {
            logoutTokens.forget(order);
            throw e;
        }
        return TokenResponse.empty(200);
    }

    private void end(String principal, LogoutTokens.Order order) {
        SessionEngine engine = settings.engine();
        Instant latest = order.issuedAt().plusSeconds(Provider.CLOCK_SKEW_SECONDS);
        for (SessionInfo info : engine.sessionsOf(principal)) {
            if (info.loggedInAt().isAfter(latest) || !isMeant(info, order.sid())) {
                continue;
            }
            if (connections.endSession(info.handle())) {
                meters.backchannelLogouts.increment();
            }
        }
    }

    private boolean isMeant(SessionInfo info, @Nullable String sid) {
        if (sid == null) {
            return true;
        }
        Session session = settings.engine().find(info.handle());
        return session != null && Objects.equals(session.get(Logins.SID), sid);
    }

    private static Map<String, List<String>> form(TokenRequest request) {
        String type = request.first("Content-Type");
        if (type == null
                || !type.toLowerCase(Locale.ROOT)
                        .split(";", 2)[0]
                        .strip()
                        .equals("application/x-www-form-urlencoded")) {
            throw new RefusedException(
                    400, Refusal.BAD_TARGET, "send a form: Content-Type: application/x-www-form-urlencoded");
        }
        try {
            byte[] bytes = request.body().readNBytes(LARGEST_FORM + 1);
            if (bytes.length > LARGEST_FORM) {
                throw new RefusedException(
                        413, Refusal.BODY_TOO_LARGE, "the form has more than " + LARGEST_FORM + " bytes");
            }
            return Parameters.of(new String(bytes, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new RefusedException(400, Refusal.BAD_TARGET, "the form broke off");
        }
    }
}
