package com.example.modular;

import dev.cloakroom.Attribute;
import dev.cloakroom.Session;
import dev.cloakroom.SessionEngine;
import dev.cloakroom.key.KeyRing;
import java.util.List;

/** A program of somebody who has one dependency on Cloakroom. */
public final class Main {

    private Main() {}

    public static void main(String[] args) {
        Attribute<String> name = Attribute.ofString("name");
        try (SessionEngine engine = SessionEngine.builder().keys(KeyRing.random()).build()) {
            Session session = engine.open((String) null);
            session.put(name, "Ada");
            session.login("ada");
            List<String> cookies = engine.commit(session);
            String cookie = cookies.get(0).substring(0, cookies.get(0).indexOf(';'));
            if (!"Ada".equals(engine.open(cookie).get(name))) {
                throw new IllegalStateException("the session is not found");
            }
        }
        System.out.println("engine-api as a module: ok");
    }
}
