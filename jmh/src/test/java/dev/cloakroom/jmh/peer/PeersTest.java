package dev.cloakroom.jmh.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.cloakroom.jmh.PeerBenchmark;
import dev.cloakroom.jmh.Workload;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openjdk.jmh.annotations.Param;

class PeersTest {

    private static final int SESSIONS = 20;

    /** Light's classes need a newer JDK than 17; on that one its absence is tested instead. */
    private static final boolean HAS_LIGHT = Runtime.version().feature() >= 21;

    static List<String> names() {
        return Peers.names().stream()
                .filter(name -> HAS_LIGHT || !name.startsWith("light"))
                .toList();
    }

    static List<String> checkingNames() {
        return names().stream()
                .filter(name -> name.endsWith(Peers.SIGNED) || name.startsWith("cloakroom"))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("names")
    void next_eachSessionsHeader_readsThatSession(String name) {
        try (Peer peer = open(name)) {
            List<String> cookies = cookies(peer);

            for (int round = 0; round < 3; round++) {
                for (int i = 0; i < SESSIONS; i++) {
                    assertThat(peer.next(Peers.header(cookies.get(i)))).isEqualTo(1000L + i);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void next_noOrUnknownCookie_leadsToNoSession(String name) {
        try (Peer peer = open(name);
                Peer other = open(name)) {
            String cookie = cookies(peer).get(0);
            // Another peer's cookie has the right form and is of no session here. Light's peers share one static map.
            String foreign = name.equals("light")
                    ? cookie.replaceAll("=.*", "=unknown")
                    : cookies(other).get(0);

            assertThat(peer.next("theme=dark; lang=en")).isEqualTo(Peer.NO_SESSION);
            assertThat(peer.next(Peers.header(foreign))).isEqualTo(Peer.NO_SESSION);
            assertThat(peer.next(Peers.header(cookie))).isEqualTo(1000L);
        }
    }

    @ParameterizedTest
    @MethodSource("checkingNames")
    void next_tamperedSignature_leadsToNoSession(String name) {
        try (Peer peer = open(name)) {
            String cookie = cookies(peer).get(0);
            int place = cookie.length() - 10;
            char other = cookie.charAt(place) == 'A' ? 'B' : 'A';
            String tampered = cookie.substring(0, place) + other + cookie.substring(place + 1);

            assertThat(peer.next(Peers.header(tampered))).isEqualTo(Peer.NO_SESSION);
            assertThat(peer.next(Peers.header(cookie))).isEqualTo(1000L);
        }
    }

    @Test
    void light_jdkOlderThan21_leftOutWithAReason() {
        if (HAS_LIGHT) {
            Peers.open("light", SESSIONS).close();
        } else {
            assertThatIllegalStateException()
                    .isThrownBy(() -> Peers.open("light", SESSIONS))
                    .withMessageContaining("newer JDK");
        }
    }

    @Test
    void names_benchmarksParameter_areTheSame() throws NoSuchFieldException {
        Param param = PeerBenchmark.class.getDeclaredField("peer").getAnnotation(Param.class);

        assertThat(param.value()).containsExactlyElementsOf(Peers.names());
    }

    private static Peer open(String name) {
        return Peers.open(name, SESSIONS);
    }

    private static List<String> cookies(Peer peer) {
        return IntStream.range(0, SESSIONS)
                .mapToObj(i -> peer.create(Workload.content(i, 1000L + i)))
                .toList();
    }
}
