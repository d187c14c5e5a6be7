package dev.cloakroom.examples.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * An answer.
 *
 * @param status its status code
 * @param headers names and values, in the order in which they are sent
 * @param body empty for none
 */
record Response(int status, List<Map.Entry<String, String>> headers, byte[] body) {

    private static final String CONTENT_TYPE = "Content-Type";

    /** Returns an answer with a JSON body, which nobody may keep. */
    static Response json(int status, Object value) {
        return json(status, Json.write(value));
    }

    /** Returns an answer with a body that is JSON already. */
    static Response json(int status, byte[] json) {
        return new Response(status, List.of(Map.entry(CONTENT_TYPE, "application/json"), NO_STORE), json);
    }

    /** Returns the answer that has nothing to say: 204. */
    static Response empty() {
        return new Response(204, List.of(NO_STORE), new byte[0]);
    }

    /** Returns a file of the page. */
    static Response file(String contentType, byte[] content) {
        return new Response(
                200, List.of(Map.entry(CONTENT_TYPE, contentType), Map.entry("Cache-Control", "no-cache")), content);
    }

    private static final Map.Entry<String, String> NO_STORE = Map.entry("Cache-Control", "no-store");

    /** Returns this answer with one header more. */
    Response with(String name, String value) {
        List<Map.Entry<String, String>> more = new ArrayList<>(headers);
        more.add(Map.entry(name, value));
        return new Response(status, List.copyOf(more), body);
    }

    /** Returns this answer with cookies to set. */
    Response withCookies(List<String> cookies) {
        Response response = this;
        for (String cookie : cookies) {
            response = response.with("Set-Cookie", cookie);
        }
        return response;
    }
}
