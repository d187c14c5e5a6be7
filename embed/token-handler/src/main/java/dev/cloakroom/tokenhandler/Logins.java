package dev.cloakroom.tokenhandler;

import com.nimbusds.oauth2.sdk.AuthorizationCode;
import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.openid.connect.sdk.AuthenticationRequest;
import com.nimbusds.openid.connect.sdk.Nonce;
import com.nimbusds.openid.connect.sdk.Prompt;
import com.nimbusds.openid.connect.sdk.claims.IDTokenClaimsSet;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import dev.cloakroom.Attribute;
import dev.cloakroom.Lookup;
import dev.cloakroom.Session;
import dev.cloakroom.SessionHandle;
import dev.cloakroom.SessionLimitException;
import dev.cloakroom.SizeLimitException;
import dev.cloakroom.cookie.CookieHeader;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Logs users in: sends the browser to the authorization server, and takes it back. */
final class Logins {

    /** The claims that the page may see, as JSON. */
    static final Attribute<String> CLAIMS = Attribute.ofString("cloakroom.claims");

    /** The id that the authorization server gave its own session, for logouts that name it. */
    static final Attribute<String> SID = Attribute.ofString("cloakroom.sid");

    private static final System.Logger LOG = System.getLogger(Logins.class.getName());

    private static final Set<String> PROMPTS = Set.of("none", "login", "consent", "select_account", "create");
    private static final String AGAIN =
            "The login was not begun in this browser, took longer than ten minutes, or is over already.";

    private final Settings settings;
    private final Provider provider;
    private final Transactions transactions;
    private final Principals principals;
    private final OpenConnections connections;
    private final ReturnUrl returnUrls;
    private final Meters meters;

    Logins(
            Settings settings,
            Provider provider,
            Transactions transactions,
            Principals principals,
            OpenConnections connections,
            Meters meters) {
        this.settings = settings;
        this.provider = provider;
        this.transactions = transactions;
        this.principals = principals;
        this.connections = connections;
        this.returnUrls = new ReturnUrl(settings.prefix());
        this.meters = meters;
    }

    // The login

    TokenResponse begin(TokenRequest request) {
        checkNavigation(request);
        Map<String, List<String>> query = Parameters.of(request.query());
        String returnUrl = Parameters.single(query, "returnUrl", "/");
        if (!returnUrls.isAllowed(returnUrl)) {
            throw new RefusedException(
                    400,
                    Refusal.BAD_RETURN_URL,
                    "returnUrl must be a path of this application, such as /orders?page=2, of at most "
                            + ReturnUrl.LONGEST + " ASCII characters");
        }
        String prompt = Parameters.single(query, "prompt", "");
        if (!prompt.isEmpty() && !PROMPTS.contains(prompt)) {
            throw new RefusedException(400, Refusal.BAD_TARGET, "prompt must be one of " + new TreeSet<>(PROMPTS));
        }
        String cookies = CookieHeader.join(request.all("Cookie"));
        State state = new State();
        Nonce nonce = new Nonce();
        CodeVerifier verifier = new CodeVerifier();
        Transaction transaction = new Transaction(
                provider.issuer(),
                state.getValue(),
                nonce.getValue(),
                verifier.getValue(),
                returnUrl,
                handleOf(cookies),
                settings.clock().millis());
        URI location;
        try {
            location = location(state, nonce, verifier, prompt);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "no login is possible: {0}", e.getMessage());
            throw new RefusedException(
                    503, Refusal.PROVIDER_UNAVAILABLE, "the authorization server cannot be used now: try again later");
        }
        return TokenResponse.empty(303)
                .with("Location", location.toString())
                .withCookies(transactions.begin(cookies, transaction));
    }

    /** A fetch would be redirected to another origin, where it fails for a reason that is hard to find. */
    private static void checkNavigation(TokenRequest request) {
        String mode = request.first("Sec-Fetch-Mode");
        String destination = request.first("Sec-Fetch-Dest");
        if ((mode != null && !mode.equals("navigate")) || (destination != null && !destination.equals("document"))) {
            throw new RefusedException(
                    400,
                    Refusal.BAD_TARGET,
                    "a login is a navigation: set location.href instead of using fetch or a frame");
        }
    }

    private @Nullable String handleOf(@Nullable String cookies) {
        return settings.engine().peek(cookies) instanceof Lookup.Found found
                ? found.session().handle().toString()
                : null;
    }

    private URI location(State state, Nonce nonce, CodeVerifier verifier, String prompt) throws IOException {
        OIDCProviderMetadata metadata = provider.metadata();
        AuthenticationRequest.Builder builder = new AuthenticationRequest.Builder(
                        ResponseType.CODE,
                        new Scope(settings.scopes().toArray(String[]::new)),
                        new ClientID(provider.clientId()),
                        settings.redirectUri())
                .endpointURI(metadata.getAuthorizationEndpointURI())
                .state(state)
                .nonce(nonce)
                .codeChallenge(verifier, CodeChallengeMethod.S256);
        if (!prompt.isEmpty()) {
            builder.prompt(new Prompt(prompt));
        }
        AuthenticationRequest request = builder.build();
        URI push = metadata.getPushedAuthorizationRequestEndpointURI();
        if (push == null) {
            return request.toURI();
        }
        return new AuthenticationRequest.Builder(provider.push(request, push), new ClientID(provider.clientId()))
                .endpointURI(metadata.getAuthorizationEndpointURI())
                .build()
                .toURI();
    }

    // The callback

    TokenResponse complete(TokenRequest request) {
        Map<String, List<String>> query = Parameters.of(request.query());
        String cookies = CookieHeader.join(request.all("Cookie"));
        String state = Parameters.single(query, "state", "");
        Transaction transaction = transactions.find(cookies, state);
        if (transaction == null) {
            return refused(Refusal.UNKNOWN_LOGIN, AGAIN, "/");
        }
        return complete(query, cookies, transaction).with("Set-Cookie", transactions.end(state));
    }

    private TokenResponse complete(Map<String, List<String>> query, @Nullable String cookies, Transaction transaction) {
        String returnUrl = transaction.returnUrl();
        try {
            if (!transaction.issuer().equals(provider.issuer()) || !isFromIssuer(query)) {
                return refused(
                        Refusal.WRONG_ISSUER,
                        "The answer is not from the authorization server that was asked.",
                        returnUrl);
            }
            String error = Parameters.single(query, "error", "");
            if (!error.isEmpty()) {
                return refused(
                        Refusal.LOGIN_REFUSED,
                        "The authorization server refused the login: " + ErrorCode.printable(error),
                        returnUrl);
            }
            String code = Parameters.single(query, "code", "");
            if (code.isEmpty()) {
                return refused(Refusal.LOGIN_REFUSED, "The authorization server's answer has no code.", returnUrl);
            }
            return logIn(transaction, cookies, code);
        } catch (Provider.RefusedByProvider e) {
            if (e.isFailure()) {
                return unavailable("it failed at the code", returnUrl);
            }
            return refused(Refusal.LOGIN_REFUSED, "The authorization server refused the code: " + e.code(), returnUrl);
        } catch (Provider.BadToken e) {
            LOG.log(System.Logger.Level.WARNING, "a login at {0} failed: {1}", provider.issuer(), e.getMessage());
            return refused(Refusal.BAD_ID_TOKEN, "The authorization server's ID token is not valid.", returnUrl);
        } catch (IOException e) {
            return unavailable(e.getMessage(), returnUrl);
        } catch (SessionLimitException e) {
            return refused(Refusal.LOGIN_REFUSED, "There are too many sessions: log out somewhere else.", returnUrl);
        } catch (SizeLimitException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "the tokens of {0} do not fit into a session: raise the engine''s maxAttributeSize",
                    provider.issuer());
            return refused(Refusal.LOGIN_REFUSED, "The authorization server's tokens are too large.", returnUrl);
        }
    }

    /** RFC 9207, section 2.4. */
    private boolean isFromIssuer(Map<String, List<String>> query) throws IOException {
        String issuer = Parameters.single(query, "iss", "");
        return issuer.isEmpty()
                ? !provider.metadata().supportsAuthorizationResponseIssuerParam()
                : issuer.equals(provider.issuer());
    }

    private TokenResponse logIn(Transaction transaction, @Nullable String cookies, String code)
            throws IOException, Provider.RefusedByProvider, Provider.BadToken {
        Provider.Granted granted = provider.exchange(
                new AuthorizationCode(code),
                settings.redirectUri(),
                new CodeVerifier(transaction.verifier()),
                new Nonce(transaction.nonce()));
        IDTokenClaimsSet claims = granted.claims();
        if (claims == null) {
            throw new Provider.BadToken("there is no ID token");
        }
        // A session of its own: nothing of one that somebody may have planted is taken over.
        Session session = settings.engine().open((String) null);
        session.put(Tokens.ATTRIBUTE, granted.tokens());
        session.put(CLAIMS, Json.write(chosen(claims)));
        if (claims.getSessionID() != null) {
            session.put(SID, claims.getSessionID().getValue());
        }
        session.login(principals.of(claims.getSubject().getValue()));
        endBefore(transaction, cookies, session);
        meters.logins.increment();
        return Pages.goOn(transaction.returnUrl())
                .withCookies(settings.engine().commit(session))
                .withCookies(transactions.tellOthers(
                        cookies, transaction.state(), session.handle().toString()));
    }

    /** Ends the session that the browser had: its cookie is strict, so the callback comes without it as a rule. */
    private void endBefore(Transaction transaction, @Nullable String cookies, Session session) {
        List<SessionHandle> handles = new ArrayList<>();
        if (transaction.before() != null) {
            handles.add(SessionHandle.parse(transaction.before()));
        }
        if (settings.engine().peek(cookies) instanceof Lookup.Found found) {
            handles.add(found.session().handle());
        }
        for (SessionHandle handle : handles) {
            if (!handle.equals(session.handle())) {
                connections.endSession(handle);
            }
        }
    }

    private Map<String, Object> chosen(IDTokenClaimsSet claims) {
        Map<String, Object> chosen = new HashMap<>();
        for (String name : settings.claims()) {
            Object value = claims.getClaim(name);
            if (value != null) {
                chosen.put(name, value);
            }
        }
        return chosen;
    }

    private TokenResponse refused(Refusal refusal, String message, String returnUrl) {
        meters.refused(refusal);
        return Pages.tryAgain(400, message, loginPath(returnUrl));
    }

    private TokenResponse unavailable(@Nullable String why, String returnUrl) {
        LOG.log(System.Logger.Level.WARNING, "a login at {0} failed: {1}", provider.issuer(), why);
        meters.refused(Refusal.PROVIDER_UNAVAILABLE);
        return Pages.tryAgain(503, "The authorization server cannot be used now.", loginPath(returnUrl));
    }

    private String loginPath(String returnUrl) {
        return settings.prefix() + "/login?returnUrl=" + URLEncoder.encode(returnUrl, StandardCharsets.UTF_8);
    }
}
