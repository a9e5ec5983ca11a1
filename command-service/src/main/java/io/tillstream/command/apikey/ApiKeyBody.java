package io.tillstream.command.apikey;

import io.tillstream.http.access.Scope;
import io.tillstream.http.body.ArrayField;
import io.tillstream.http.body.Body;
import io.tillstream.http.body.ChoiceField;
import io.tillstream.http.body.IntegerField;
import io.tillstream.http.body.TextField;
import io.tillstream.http.error.ErrorCode;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** What is asked of API keys. contract: api-keys.md, decisions 3 to 5 and 17 */
abstract class ApiKeyBody extends Body {
    private static final List<String> SCOPES = Stream.concat(
                    Stream.of(Scope.EVERY), Arrays.stream(Scope.values()).map(Scope::wire))
            .toList();

    static final class CreateApiKeyRequest extends ApiKeyBody {
        CreateApiKeyRequest() {
            keyName().required();
            scopes().required();
            rateLimit().nullIsAbsent().defaultsTo(60);
            timestamp("expires_at").emptyIsNull().nullIsAbsent().future().doc("When it stops working; never if absent");
            choice("environment", "live", "test")
                    .nullIsAbsent()
                    .defaultsTo("live")
                    .doc("The data it acts on; chooses its prefix");
        }
    }

    static final class UpdateApiKeyRequest extends ApiKeyBody {
        UpdateApiKeyRequest() {
            keyName();
            scopes();
            rateLimit();
            bool("is_active").doc("false stops it at once, until true; what is revoked or rotated stays so");
            notEmpty(ErrorCode.VALIDATION_ERROR);
        }
    }

    static final class RotateApiKeyRequest extends ApiKeyBody {
        RotateApiKeyRequest() {
            integer("grace_period_hours")
                    .range(0, 168)
                    .nullIsAbsent()
                    .defaultsTo(24)
                    .doc("How long the old key works on; 0 revokes it at once");
        }
    }

    TextField keyName() {
        return text("name").trimmed().length(1, 100).doc("For people").example("CI/CD pipeline");
    }

    ArrayField<String, ChoiceField> scopes() {
        return choices("scopes", SCOPES)
                .size(1, 1_000)
                .doc("What it may do; * is all of them, a write scope implies its read scope")
                .example(List.of("products:read", "users:write"));
    }

    IntegerField rateLimit() {
        return integer("rate_limit_per_minute")
                .range(1, 1000)
                .doc("Requests per minute")
                .example(120);
    }
}
