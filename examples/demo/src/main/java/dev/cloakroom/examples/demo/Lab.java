package dev.cloakroom.examples.demo;

import dev.cloakroom.key.KeySet;
import dev.cloakroom.key.SigningKey;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What a visitor can try on the page. Scripts cannot read the cookie, so it is the server that sends requests with it, or
 * with a forged one: to itself, over HTTPS, by the same door as the browser's.
 */
final class Lab {

    private static final Pattern COOKIE = Pattern.compile("(?:^|; ?)__Host-Http-session=([A-Za-z0-9_-]+)");
    private static final int MAXIMUM_BODY = 256;
    private static final int MAXIMUM_FORGERIES = 100;
    private static final int MAXIMUM_REQUESTS = 60;

    /** What an authorization server on a network may take. */
    private static final Duration ISSUING_TAKES = Duration.ofMillis(300);

    private static final List<String> DEVICES = List.of(
            "Mozilla/5.0 (iPhone; CPU iPhone OS 26_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
                    + " Version/26.1 Mobile/15E148 Safari/604.1",
            "Mozilla/5.0 (Android 16; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0",
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0"
                    + " Safari/537.36 Edg/142.0.0.0");

    private final Caller demo;
    private final Backend backend;
    private final CookieKeys keys;
    private final TokenIssuer issuer;
    private final URI otherApplication;
    private final AtomicInteger devices = new AtomicInteger();

    Lab(Caller demo, Backend backend, CookieKeys keys, TokenIssuer issuer, URI otherApplication) {
        this.demo = demo;
        this.backend = backend;
        this.keys = keys;
        this.issuer = issuer;
        this.otherApplication = otherApplication;
    }

    /** Adds what can be tried to a router. */
    void addTo(Router router) {
        router.add("GET", "/api/lab", this::state)
                .add("POST", "/api/lab/forgeries", this::forge)
                .add("POST", "/api/lab/requests", this::sendInParallel)
                .add("POST", "/api/lab/devices", this::addDevice)
                .add("POST", "/api/lab/keys", this::rotateKeys)
                .add("DELETE", "/api/nodes/", this::killNode)
                .add("PUT", "/api/nodes/", this::startNode);
    }

    private Response state(Request request) {
        KeySet current = keys.current();
        Map<String, Object> state = new LinkedHashMap<>();
        state.put("tokensIssued", issuer.issued());
        state.put("activeKey", current.signer().name());
        state.put(
                "otherKeys",
                current.keys().stream()
                        .filter(key -> !key.canSign())
                        .map(SigningKey::name)
                        .toList());
        state.put("cookieKey", keyOf(sessionCookie(request.cookies())));
        state.put("nodes", backend.nodes());
        state.put("otherApplication", otherApplication.toString());
        return Response.json(200, state);
    }

    /** Returns the id of the key that a cookie says it was signed with: docs/formats.md has the bytes. */
    private static @Nullable String keyOf(@Nullable String cookie) {
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(cookie == null ? "" : cookie);
            return bytes.length < 5
                    ? null
                    : String.format("%08x", ByteBuffer.wrap(bytes).getInt(1));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static @Nullable String sessionCookie(@Nullable String cookies) {
        Matcher matcher = COOKIE.matcher(cookies == null ? "" : cookies);
        return matcher.find() ? matcher.group(1) : null;
    }

    private static String genuine(Request request) throws HttpError {
        String cookie = sessionCookie(request.cookies());
        if (cookie == null) {
            throw new HttpError(401, "not logged in");
        }
        return cookie;
    }

    /** Sends the request's cookie many times, each time with another bit flipped. */
    private Response forge(Request request) throws HttpError, IOException {
        String genuine = genuine(request);
        int count = number(request, "cookies", MAXIMUM_FORGERIES);
        JsonNode before = metrics();
        demo.get("/api/me", header(genuine));
        JsonNode between = metrics();
        int refused = 0;
        for (int i = 0; i < count; i++) {
            String forged = withBitFlipped(genuine, i, count);
            refused += demo.get("/api/me", header(forged)).statusCode() == 401 ? 1 : 0;
        }
        JsonNode after = metrics();
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("sent", count);
        result.put("refused", refused);
        result.put("rejectedCookies", difference(between, after, "rejectedCookies"));
        result.put("storeReads", difference(between, after, "storeReads"));
        result.put("storeReadsOfGenuine", difference(before, between, "storeReads"));
        return Response.json(200, result);
    }

    // tag::forge
    private static String withBitFlipped(String cookie, int i, int count) {
        byte[] bytes = Base64.getUrlDecoder().decode(cookie);
        int bit = i * bytes.length * 8 / count;
        bytes[bit / 8] ^= (byte) (1 << (bit % 8));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
    // end::forge

    /** Makes the session's token count as expired, then asks for the orders many times at once. */
    private Response sendInParallel(Request request) throws HttpError, IOException {
        String cookies = header(genuine(request));
        int count = number(request, "requests", MAXIMUM_REQUESTS);
        demo.send("DELETE", "/api/token", cookies, null);
        long issuedBefore = issuer.issued();
        long start = System.nanoTime();
        issuer.delay(ISSUING_TAKES);
        List<HttpResponse<byte[]>> answers;
        try {
            answers = ordersInParallel(cookies, count);
        } finally {
            issuer.delay(Duration.ZERO);
        }
        Map<String, Integer> byNode = new TreeMap<>();
        answers.forEach(answer ->
                byNode.merge(answer.headers().firstValue(Nodes.ANSWERED_BY).orElse("A"), 1, Integer::sum));
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("sent", count);
        result.put(
                "answered",
                answers.stream().filter(answer -> answer.statusCode() == 200).count());
        result.put("tokensIssued", issuer.issued() - issuedBefore);
        result.put("millis", (System.nanoTime() - start) / 1_000_000);
        result.put("nodes", byNode);
        return Response.json(200, result);
    }

    private List<HttpResponse<byte[]>> ordersInParallel(String cookies, int count) throws HttpError {
        ExecutorService threads = Workers.daemons("parallel", count);
        try {
            CountDownLatch start = new CountDownLatch(1);
            List<Future<HttpResponse<byte[]>>> futures = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                futures.add(threads.submit(() -> {
                    start.await();
                    return demo.get("/api/orders", cookies);
                }));
            }
            start.countDown();
            List<HttpResponse<byte[]>> answers = new ArrayList<>();
            for (Future<HttpResponse<byte[]>> future : futures) {
                answers.add(future.get());
            }
            return answers;
        } catch (ExecutionException e) {
            throw new HttpError(502, "a request was not answered");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HttpError(503, "the demo is shutting down");
        } finally {
            threads.shutdownNow();
        }
    }

    /** Logs the user in once more, as another device does. Nobody gets that session's cookie. */
    private Response addDevice(Request request) throws HttpError {
        HttpResponse<byte[]> me = demo.get("/api/me", header(genuine(request)));
        if (me.statusCode() != 200) {
            throw new HttpError(401, "not logged in");
        }
        String user = Json.read(me.body()).get("username").stringValue();
        String agent = DEVICES.get(Math.floorMod(devices.getAndIncrement(), DEVICES.size()));
        String body = Json.text(Map.of("username", user, "password", Api.PASSWORD));
        HttpResponse<byte[]> login = demo.send("POST", "/api/login", null, body, "User-Agent", agent);
        if (login.statusCode() != 200) {
            throw new HttpError(502, "the other device could not log in");
        }
        return Response.json(200, Map.of("userAgent", agent));
    }

    private Response rotateKeys(Request request) throws HttpError, IOException {
        String genuine = genuine(request);
        keys.rotate();
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("activeKey", keys.current().signer().name());
        result.put("cookieKey", keyOf(genuine));
        return Response.json(200, result);
    }

    private Response killNode(Request request) throws HttpError {
        backend.kill(request.parameter());
        return Response.empty();
    }

    private Response startNode(Request request) throws HttpError {
        backend.start(request.parameter());
        return Response.empty();
    }

    private static String header(String cookie) {
        return "__Host-Http-session=" + cookie;
    }

    private JsonNode metrics() throws HttpError {
        return Json.read(demo.get("/api/metrics", null).body());
    }

    private static long difference(JsonNode before, JsonNode after, String name) {
        return after.get(name).longValue() - before.get(name).longValue();
    }

    private static int number(Request request, String name, int maximum) throws HttpError, IOException {
        JsonNode value = Json.readObject(request.text(MAXIMUM_BODY)).get(name);
        if (value == null || !value.isInt() || value.intValue() < 1 || value.intValue() > maximum) {
            throw new HttpError(400, name + " must be a number from 1 to " + maximum);
        }
        return value.intValue();
    }
}
