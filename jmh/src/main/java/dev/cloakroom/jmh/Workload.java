package dev.cloakroom.jmh;

import dev.cloakroom.Attribute;
import dev.cloakroom.AttributeType;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;

/**
 * Sessions as applications have them, and the order in which requests for them come.
 *
 * <p>Every session has five attributes: a user's id, a name, a list of roles, a JWT of {@value #TOKEN_LENGTH} characters,
 * and a number. The number says which session the next request is of. So the next request cannot begin before this one's
 * attribute was read: no processor works ahead, and the time that memory takes counts. The numbers make one cycle
 * through all sessions in random order, so every request finds a session that was not asked for lately.
 */
public final class Workload {

    /** How long the token is. */
    public static final int TOKEN_LENGTH = 800;

    public static final Attribute<String> USER_ID = Attribute.ofString("user_id");
    public static final Attribute<String> NAME = Attribute.ofString("name");
    public static final Attribute<List<String>> ROLES = Attribute.ofList("roles", AttributeType.STRING);
    public static final Attribute<String> ACCESS_TOKEN = Attribute.ofString("access_token");
    public static final Attribute<Long> NEXT = Attribute.ofLong("next");

    private static final String TOKEN_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    private static final long SEED = 20_261_124;

    private Workload() {}

    /** What one session holds. */
    public record Content(String userId, String name, List<String> roles, String accessToken, long next) {}

    /** Returns what a session holds; equal for equal numbers, sharing nothing with another session's. */
    public static Content content(int session, long next) {
        SplittableRandom random = new SplittableRandom(SEED + session);
        StringBuilder token = new StringBuilder(TOKEN_LENGTH);
        for (int i = 0; i < TOKEN_LENGTH; i++) {
            token.append(TOKEN_ALPHABET.charAt(random.nextInt(TOKEN_ALPHABET.length())));
        }
        return new Content(
                "user-" + session,
                "Ada Lovelace the " + session + "th",
                List.of("customer", "reviewer-" + session % 10),
                token.toString(),
                next);
    }

    /** Returns, for each of a number of sessions, which follows it: one cycle through all of them (Sattolo, 1986). */
    public static int[] cycle(int sessions) {
        int[] next = new int[sessions];
        for (int i = 0; i < sessions; i++) {
            next[i] = i;
        }
        Random random = new Random(SEED);
        for (int i = sessions - 1; i > 0; i--) {
            int j = random.nextInt(i);
            int swapped = next[i];
            next[i] = next[j];
            next[j] = swapped;
        }
        return next;
    }
}
