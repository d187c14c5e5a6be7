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
 * attribute was read: no processor works ahead, and the time that memory takes counts. The numbers make a cycle
 * through the sessions in random order, so every request finds a session that was not asked for lately.
 *
 * <p>Each thread has sessions of its own, and a cycle through these. On one cycle a thread that comes near the one ahead
 * finds in the caches what that one has just read, so it catches up; from then on the two stay side by side, read each
 * place in memory once for both, and touch each session at the same time.
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

    /** Returns, for each of a number of sessions, which follows it: one cycle through all of them. */
    public static int[] cycle(int sessions) {
        return cycles(sessions, 1);
    }

    /**
     * Returns, for each of a number of sessions, which follows it, when they are shared out among threads: one cycle
     * through each share (Sattolo, 1986), of which {@link #share} is one session.
     */
    public static int[] cycles(int sessions, int threads) {
        int[] next = new int[sessions];
        for (int i = 0; i < sessions; i++) {
            next[i] = i;
        }
        Random random = new Random(SEED);
        for (int thread = 0; thread < threads; thread++) {
            int first = share(sessions, thread, threads);
            for (int i = share(sessions, thread + 1, threads) - 1; i > first; i--) {
                int j = first + random.nextInt(i - first);
                int swapped = next[i];
                next[i] = next[j];
                next[j] = swapped;
            }
        }
        return next;
    }

    /** Returns the first session of a thread's share, which ends where the next thread's begins. */
    public static int share(int sessions, int thread, int threads) {
        return (int) ((long) sessions * thread / threads);
    }
}
