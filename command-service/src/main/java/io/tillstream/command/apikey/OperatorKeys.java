package io.tillstream.command.apikey;

import com.github.f4b6a3.uuid.UuidCreator;
import io.tillstream.command.apikey.ApiKeyCommand.CreateApiKey;
import io.tillstream.command.platform.CommandSender;
import io.tillstream.events.Mode;
import io.tillstream.events.apikey.ApiKey;
import io.tillstream.http.access.Scope;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Keys that the operator has before anybody has signed in: with all scopes, in no admin's possession, and without a limit
 * unless one is configured. contract: decision 20
 */
public final class OperatorKeys {
    private static final String NAME = "Operator's key";

    private final CommandSender commands;
    private final JdbcClient jdbc;

    OperatorKeys(CommandSender commands, JdbcClient jdbc) {
        this.commands = commands;
        this.jdbc = jdbc;
    }

    /** Makes one for live data and returns it in full, this once. */
    public String make(String process, @Nullable Integer limitPerMinute) {
        NewKey key = KeySecret.random().in(Mode.LIVE);
        create(process, key, limitPerMinute);
        return key.inFull();
    }

    /** Adds a given one unless it was ever known: a revoked one stays revoked. */
    public void ensure(String process, String given, @Nullable Integer limitPerMinute) {
        NewKey key = NewKey.given(given);
        if (known(key)) return;
        try {
            create(process, key, limitPerMinute);
        } catch (RuntimeException e) {
            if (!known(key)) throw e; // else another instance was faster
        }
    }

    private void create(String process, NewKey key, @Nullable Integer limitPerMinute) {
        List<String> scopes = Scope.expand(List.of(Scope.EVERY));
        commands.sendAs(
                process,
                Mode.SHOP,
                new CreateApiKey(
                        UuidCreator.getTimeOrderedEpoch(),
                        null,
                        NAME,
                        key.mark(),
                        key.environment(),
                        scopes,
                        limitPerMinute,
                        null),
                ApiKey.class);
    }

    private boolean known(NewKey key) {
        return jdbc.sql("select exists (select from credentials where hash = :hash)")
                .param("hash", key.mark().hash())
                .query(Boolean.class)
                .single();
    }
}
