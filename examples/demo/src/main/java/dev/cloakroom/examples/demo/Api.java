package dev.cloakroom.examples.demo;

import dev.cloakroom.Attribute;
import dev.cloakroom.EngineMetrics;
import dev.cloakroom.Lookup;
import dev.cloakroom.Persistence;
import dev.cloakroom.Session;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.SessionHandle;
import dev.cloakroom.SessionInfo;
import dev.cloakroom.key.KeyRing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;

/**
 * The demo's API. Each answer follows the same steps: look the session up, do what was asked, commit, send the cookies
 * along with the answer.
 */
final class Api {

    /** How large a note may be, in bytes of UTF-8. */
    static final int MAXIMUM_NOTE = 64 * 1024;

    /** What the engine has to allow for a note: its type is stored with it. */
    static final int MAXIMUM_ATTRIBUTE = MAXIMUM_NOTE + 64;

    private static final int MAXIMUM_JSON = 16 * 1024;
    private static final int MAXIMUM_USERNAME = 1024;
    private static final int MAXIMUM_USER_AGENT = 256;
    static final String PASSWORD = "demo";
    private static final String USER_AGENT = "userAgent";

    /** What users may name themselves is kept apart from what the application needs: the token, the visits. */
    private static final String NOTE = "note.";

    private static final Attribute<Long> VISITS = Attribute.ofLong("visits");

    private final SessionEngine engine;
    private final Orders orders;

    Api(SessionEngine engine, Orders orders) {
        this.engine = engine;
        this.orders = orders;
    }

    /** Returns an engine as the options want it. */
    static SessionEngine engine(Options options, KeyRing keys) {
        return options.timeouts()
                .applyTo(SessionEngine.builder())
                .keys(keys)
                .store(options.store().open())
                .maxAttributeSize(MAXIMUM_ATTRIBUTE)
                .build();
    }

    /** Adds the API to a router. */
    void addTo(Router router) {
        router.add("POST", "/api/login", this::login)
                .add("POST", "/api/logout", this::logout)
                .add("GET", "/api/metrics", request -> metrics())
                .add("GET", "/api/session", this::current)
                .add("GET", "/api/me", authenticated(this::me))
                .add("GET", "/api/attributes", authenticated(this::notes))
                .add("PUT", "/api/attributes/", authenticated(this::putNote))
                .add("DELETE", "/api/attributes/", authenticated(this::deleteNote))
                .add("POST", "/api/visits", authenticated(this::visit))
                .add("GET", "/api/orders", authenticated(this::orders))
                .add("DELETE", "/api/token", authenticated(this::expireToken))
                .add("GET", "/api/sessions", authenticated(this::sessions))
                .add("DELETE", "/api/sessions", authenticated(this::endAll))
                .add("DELETE", "/api/sessions/", authenticated(this::endOne));
    }

    /** Answers a request that somebody makes who is logged in. */
    @FunctionalInterface
    private interface UserHandler {
        Response answer(Request request, Session session, String user) throws HttpError, IOException;
    }

    private Router.Handler authenticated(UserHandler handler) {
        return request -> {
            // tag::lookup
            // A forged cookie ends here: its signature is wrong, and the store is not asked.
            if (engine.lookup(request.cookies()) instanceof Lookup.Found found) {
                String user = found.session().principal();
                if (user != null) {
                    return handler.answer(request, found.session(), user);
                }
            }
            throw new HttpError(401, "not logged in");
            // end::lookup
        };
    }

    private Response login(Request request) throws HttpError, IOException {
        JsonNode body = Json.readObject(request.text(MAXIMUM_JSON));
        String user = string(body, "username");
        String password = string(body, "password");
        Persistence persistence = remember(body) ? Persistence.PERSISTENT : Persistence.BROWSER_SESSION;
        checkUsername(user);
        if (!password.equals(PASSWORD)) {
            throw new HttpError(401, "wrong password");
        }
        // tag::login
        Session session = engine.open(request.cookies());
        session.describe(Map.of(USER_AGENT, userAgent(request)));
        session.login(user, persistence);
        // end::login
        return commit(session, () -> Response.json(200, Map.of("username", user)));
    }

    private static String string(JsonNode body, String name) throws HttpError {
        JsonNode value = body.get(name);
        if (value == null || !value.isString()) {
            throw new HttpError(400, name + " must be a string");
        }
        return value.stringValue();
    }

    private static boolean remember(JsonNode body) throws HttpError {
        JsonNode value = body.get("remember");
        if (value != null && !value.isBoolean()) {
            throw new HttpError(400, "remember must be true or false");
        }
        return value != null && value.booleanValue();
    }

    private static void checkUsername(String user) throws HttpError {
        if (user.isEmpty()) {
            throw new HttpError(400, "username must not be empty");
        }
        // Half of a surrogate pair is no text: it could not be told from another user's other half.
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(user)) {
            throw new HttpError(400, "username is not valid text");
        }
        if (user.getBytes(StandardCharsets.UTF_8).length > MAXIMUM_USERNAME) {
            throw new HttpError(400, "username is longer than " + MAXIMUM_USERNAME + " bytes");
        }
    }

    private static String userAgent(Request request) {
        String agent = Objects.requireNonNullElse(request.header("User-Agent"), "");
        return agent.length() <= MAXIMUM_USER_AGENT ? agent : agent.substring(0, MAXIMUM_USER_AGENT);
    }

    /** Logs out, and deletes the cookie even if it opens no session. */
    private Response logout(Request request) {
        Session session = engine.open(request.cookies());
        session.logout();
        return commitEnded(session);
    }

    /** Tells a page who is logged in. That nobody is, is no error. */
    private Response current(Request request) throws HttpError {
        if (engine.lookup(request.cookies()) instanceof Lookup.Found found
                && found.session().principal() != null) {
            Session session = found.session();
            return commit(session, () -> Response.json(200, Collections.singletonMap("username", session.principal())));
        }
        return Response.json(200, Collections.singletonMap("username", null));
    }

    private Response me(Request request, Session session, String user) throws HttpError {
        return commit(session, () -> {
            Map<String, Object> me = new LinkedHashMap<>();
            me.put("username", user);
            me.put("createdAt", session.createdAt());
            me.put("lastAccessedAt", session.lastAccessedAt());
            return Response.json(200, me);
        });
    }

    private Response notes(Request request, Session session, String user) throws HttpError {
        Map<String, String> notes = new TreeMap<>();
        for (String name : session.attributeNames()) {
            String text = name.startsWith(NOTE) ? session.get(Attribute.ofString(name)) : null;
            if (text != null) {
                notes.put(name.substring(NOTE.length()), text);
            }
        }
        return commit(session, () -> Response.json(200, notes));
    }

    private Response putNote(Request request, Session session, String user) throws HttpError, IOException {
        Attribute<String> note = note(request);
        String text = request.text(MAXIMUM_NOTE);
        try {
            session.put(note, text);
        } catch (IllegalArgumentException e) {
            throw full();
        }
        return commit(session, Response::empty);
    }

    private Response deleteNote(Request request, Session session, String user) throws HttpError {
        session.remove(note(request));
        return commit(session, Response::empty);
    }

    private static Attribute<String> note(Request request) throws HttpError {
        String name = request.parameter();
        if (name.isEmpty()) {
            throw new HttpError(400, "the attribute needs a name");
        }
        try {
            return Attribute.ofString(NOTE + name);
        } catch (IllegalArgumentException e) {
            throw new HttpError(400, "the attribute's name is too long or has control characters");
        }
    }

    private Response visit(Request request, Session session, String user) throws HttpError {
        // tag::attributes
        session.update(VISITS, visits -> visits == null ? 1 : visits + 1); // loses no increment
        // end::attributes
        return commit(
                session,
                () -> Response.json(200, Map.of("visits", Objects.requireNonNullElse(session.get(VISITS), 0L))));
    }

    private Response expireToken(Request request, Session session, String user) throws HttpError {
        Orders.expire(session);
        return commit(session, Response::empty);
    }

    private Response orders(Request request, Session session, String user) throws HttpError {
        byte[] json = orders.of(session, user);
        return commit(session, () -> Response.json(200, json));
    }

    private Response sessions(Request request, Session session, String user) throws HttpError {
        SessionHandle current = session.handle();
        List<Map<String, Object>> sessions = engine.sessionsOf(user).stream()
                .map(info -> device(info, info.handle().equals(current)))
                .toList();
        return commit(session, () -> Response.json(200, sessions));
    }

    private static Map<String, Object> device(SessionInfo info, boolean current) {
        Map<String, Object> device = new LinkedHashMap<>();
        device.put("handle", info.handle().toString());
        device.put("current", current);
        device.put("createdAt", info.createdAt());
        device.put("lastAccessedAt", info.lastAccessedAt());
        device.put(USER_AGENT, info.metadata().getOrDefault(USER_AGENT, ""));
        return device;
    }

    /** A handle opens nothing, but that does not make it a permission: users end their own sessions only. */
    private Response endOne(Request request, Session session, String user) throws HttpError {
        SessionHandle handle = handle(request.parameter());
        if (handle.equals(session.handle())) {
            session.logout();
            return commitEnded(session);
        }
        // tag::devices
        boolean own =
                engine.sessionsOf(user).stream().anyMatch(info -> info.handle().equals(handle));
        if (!own || !engine.end(handle)) {
            throw new HttpError(404, "you have no such session");
        }
        // end::devices
        return commit(session, Response::empty);
    }

    private static SessionHandle handle(String text) throws HttpError {
        try {
            return SessionHandle.parse(text);
        } catch (IllegalArgumentException e) {
            throw new HttpError(404, "you have no such session");
        }
    }

    private Response endAll(Request request, Session session, String user) {
        engine.logoutEverywhere(user);
        session.logout();
        return commitEnded(session);
    }

    private Response metrics() {
        EngineMetrics metrics = engine.metrics();
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("sessions", metrics.sessions());
        figures.put("lookups", metrics.lookups());
        figures.put("found", metrics.found());
        figures.put("rejectedCookies", metrics.rejectedCookies());
        figures.put("endedLookups", metrics.endedLookups());
        figures.put("storeReads", metrics.storeReads());
        figures.put("storeWrites", metrics.storeWrites());
        figures.put("touches", metrics.touches());
        figures.put("conflicts", metrics.conflicts());
        figures.put("created", metrics.created());
        figures.put("logins", metrics.logins());
        figures.put("renewals", metrics.renewals());
        figures.put("endings", metrics.endings());
        figures.put("lookupMicros", latency(metrics.lookupLatency()));
        figures.put("commitMicros", latency(metrics.commitLatency()));
        return Response.json(200, figures);
    }

    private static Map<String, Object> latency(EngineMetrics.Latency latency) {
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("samples", latency.samples());
        figures.put("median", TimeUnit.NANOSECONDS.toMicros(latency.median().toNanos()));
        figures.put("p99", TimeUnit.NANOSECONDS.toMicros(latency.p99().toNanos()));
        figures.put("maximum", TimeUnit.NANOSECONDS.toMicros(latency.maximum().toNanos()));
        return figures;
    }

    /** Commits before the answer is made: what was committed may be newer than what was looked up. */
    private Response commit(Session session, Supplier<Response> answer) throws HttpError {
        List<String> cookies;
        try {
            cookies = engine.commit(session);
        } catch (IllegalArgumentException e) {
            throw full();
        }
        if (session.isEnded()) {
            throw new HttpError(401, "not logged in");
        }
        return answer.get().withCookies(cookies);
    }

    private Response commitEnded(Session session) {
        return Response.empty().withCookies(engine.commit(session));
    }

    private static HttpError full() {
        return new HttpError(413, "the session has no room for this");
    }
}
