package dev.cloakroom.examples.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** Starts the demo's jar and talks to it. */
final class DemoJar {

    /** On a busy machine a JVM with a cluster in it takes more than a minute to start. */
    static final int DEADLINE_SECONDS = 180;

    private static final String READY = "Cloakroom demo: ";

    private DemoJar() {}

    static Visitor visitor(Process process) throws Exception {
        URI uri = CompletableFuture.supplyAsync(() -> awaitUri(process)).get(DEADLINE_SECONDS, TimeUnit.SECONDS);
        return new Visitor(Visitor.trusting(certificateOf(uri)), uri);
    }

    static Process start(String... arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of("-jar", jar()));
        all.addAll(List.of(arguments));
        return java(all.toArray(String[]::new));
    }

    static String jar() {
        return Objects.requireNonNull(System.getProperty("demo.jar"), "demo.jar");
    }

    static Process java(String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    static String read(Process process) throws IOException {
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    static URI awaitUri(Process process) {
        StringBuilder seen = new StringBuilder();
        BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        try {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.startsWith(READY)) {
                    return URI.create(line.substring(READY.length()));
                }
                seen.append(line).append('\n');
            }
        } catch (IOException e) {
            throw new AssertionError("the demo's output cannot be read", e);
        }
        throw new AssertionError("the demo ended without telling its URL: " + seen);
    }

    /** Learns the certificate from the server, as a user does who accepts the browser's warning. */
    static X509Certificate certificateOf(URI uri) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new TrustsAnyone()}, null);
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("localhost", uri.getPort())) {
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        }
    }

    private static final class TrustsAnyone implements X509TrustManager {

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
