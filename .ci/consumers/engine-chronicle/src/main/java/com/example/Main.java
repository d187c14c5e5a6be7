package com.example;

import dev.cloakroom.Attribute;
import dev.cloakroom.Session;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.chronicle.ChronicleSessionStore;
import dev.cloakroom.key.KeyRing;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A program of somebody who has one dependency on Cloakroom. */
public final class Main {

    private Main() {}

    public static void main(String[] args) throws Exception {
        Path directory = Files.createTempDirectory(Path.of("target"), "sessions");
        Attribute<String> name = Attribute.ofString("name");
        try (SessionEngine engine = SessionEngine.builder()
                .keys(KeyRing.random())
                .store(ChronicleSessionStore.persistedTo(directory.resolve("sessions")).maxSessions(1_000).build())
                .build()) {
            Session session = engine.open((String) null);
            session.put(name, "Ada");
            session.login("ada");
            List<String> cookies = engine.commit(session);
            String cookie = cookies.get(0).substring(0, cookies.get(0).indexOf(';'));
            if (!"Ada".equals(engine.open(cookie).get(name))) {
                throw new IllegalStateException("the session is not found");
            }
        }
        System.out.println("engine-chronicle on the class path: ok");
    }
}
