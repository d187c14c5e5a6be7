package dev.cloakroom.examples.demo;

import dev.cloakroom.Attribute;
import dev.cloakroom.Session;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.InstantSource;

/**
 * Asks the resource server in a session's name. The token is made when it is needed, kept in the session and renewed
 * when it gets old, once for all requests that need it at a time. From here it goes to the resource server and nowhere
 * else.
 */
final class Orders {

    private static final Attribute<AccessToken> ACCESS_TOKEN = Attribute.ofRecord("access_token", AccessToken.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build();
    private final URI resource;
    private final Tokens tokens;
    private final InstantSource clock;

    Orders(URI resource, Tokens tokens, InstantSource clock) {
        this.resource = resource;
        this.tokens = tokens;
        this.clock = clock;
    }

    /** Returns the JSON that the resource server has for a user. */
    byte[] of(Session session, String user) throws HttpError {
        // tag::refresh
        AccessToken token =
                session.refresh(ACCESS_TOKEN, known -> known.isStale(clock.instant()), old -> tokens.issue(user));
        HttpRequest request = HttpRequest.newBuilder(resource)
                .header("Authorization", "Bearer " + token.jwt())
                .timeout(PATIENCE)
                .build();
        // end::refresh
        try {
            HttpResponse<byte[]> response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
            if (response.statusCode() == 200) {
                return response.body();
            }
        } catch (IOException e) {
            throw new HttpError(502, "the orders cannot be reached");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HttpError(503, "the demo is shutting down");
        }
        throw new HttpError(502, "the orders were refused");
    }

    /** Makes the token of a session count as expired; the caller commits. */
    static void expire(Session session) {
        AccessToken token = session.get(ACCESS_TOKEN);
        if (token != null) {
            session.put(ACCESS_TOKEN, new AccessToken(token.jwt(), 0));
        }
    }
}
