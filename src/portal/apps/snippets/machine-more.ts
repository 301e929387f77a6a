import { t } from '../../../texts/texts.ts';
import type { Snippet } from '../../../views/models/apps.ts';

const SOURCED = 'set -a; . ./.env; set +a';

/** The same token in further languages, by the standard library of each. */
export function machineInMoreLanguages(inBody: boolean): Snippet[] {
  return [
    {
      label: 'Java',
      language: 'java',
      how: t('snippets.saveAs', { file: 'Token.java', command: `${SOURCED}; java Token.java` }),
      code: java(inBody),
    },
    {
      label: 'PHP',
      language: 'php',
      how: t('snippets.saveAs', { file: 'token.php', command: `${SOURCED}; php token.php` }),
      code: php(inBody),
    },
    {
      label: 'Ruby',
      language: 'ruby',
      how: t('snippets.saveAs', { file: 'token.rb', command: `${SOURCED}; ruby token.rb` }),
      code: ruby(inBody),
    },
    {
      label: 'C#',
      language: 'csharp',
      how: `${t('snippets.consoleProject', { file: 'Program.cs', command: `${SOURCED}; dotnet run` })} ${t('snippets.notRun')}`,
      code: csharp(inBody),
    },
  ];
}

const java = (inBody: boolean) =>
  `import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Pattern;

public class Token {
    public static void main(String[] args) throws Exception {
        var env = System.getenv();
        var form = "grant_type=client_credentials&resource=" + encode(env.get("RESOURCE"));
${
  inBody
    ? `        form += "&client_id=" + encode(env.get("CLIENT_ID")) + "&client_secret=" + encode(env.get("CLIENT_SECRET"));
        var request = HttpRequest.newBuilder(URI.create(env.get("ISSUER") + "/token"))`
    : `        var pair = env.get("CLIENT_ID") + ":" + env.get("CLIENT_SECRET");
        var request = HttpRequest.newBuilder(URI.create(env.get("ISSUER") + "/token"))
            .header("Authorization", "Basic " + Base64.getEncoder().encodeToString(pair.getBytes()))`
}
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(form))
            .build();
        var answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) throw new IllegalStateException(answer.body());
        // A JSON library of yours reads it better.
        var token = Pattern.compile("\\"access_token\\":\\\\s*\\"([^\\"]+)\\"").matcher(answer.body());
        token.find();
        System.out.println(token.group(1));
    }

    static String encode(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }
}`.replace(inBody ? 'import java.util.Base64;\n' : '', '');

const php = (inBody: boolean) =>
  `<?php
$form = ['grant_type' => 'client_credentials', 'resource' => getenv('RESOURCE')];
$headers = ['Content-Type: application/x-www-form-urlencoded'];
${
  inBody
    ? `$form += ['client_id' => getenv('CLIENT_ID'), 'client_secret' => getenv('CLIENT_SECRET')];`
    : `$headers[] = 'Authorization: Basic ' . base64_encode(getenv('CLIENT_ID') . ':' . getenv('CLIENT_SECRET'));`
}
$context = stream_context_create(['http' => [
    'method' => 'POST',
    'header' => $headers,
    'content' => http_build_query($form),
    'ignore_errors' => true,
]]);
$answer = json_decode(file_get_contents(getenv('ISSUER') . '/token', false, $context), true);
if (!isset($answer['access_token'])) {
    throw new RuntimeException($answer['error_description'] ?? $answer['error']);
}
echo $answer['access_token'], PHP_EOL;`;

const ruby = (inBody: boolean) =>
  `require 'json'
require 'net/http'

url = URI("#{ENV['ISSUER']}/token")
request = Net::HTTP::Post.new(url)
form = { 'grant_type' => 'client_credentials', 'resource' => ENV['RESOURCE'] }
${
  inBody
    ? `form.merge!('client_id' => ENV['CLIENT_ID'], 'client_secret' => ENV['CLIENT_SECRET'])`
    : `request.basic_auth(ENV['CLIENT_ID'], ENV['CLIENT_SECRET'])`
}
request.set_form_data(form)
response = Net::HTTP.start(url.host, url.port, use_ssl: url.scheme == 'https') { |http| http.request(request) }
answer = JSON.parse(response.body)
raise answer['error_description'] || answer['error'] unless response.is_a?(Net::HTTPSuccess)

puts answer['access_token']`;

const csharp = (inBody: boolean) =>
  `using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

string Env(string name) => Environment.GetEnvironmentVariable(name)!;

using var http = new HttpClient();
var form = new Dictionary<string, string>
{
    ["grant_type"] = "client_credentials",
    ["resource"] = Env("RESOURCE"),${
      inBody
        ? `
    ["client_id"] = Env("CLIENT_ID"),
    ["client_secret"] = Env("CLIENT_SECRET"),`
        : ''
    }
};
${
  inBody
    ? ''
    : `var pair = Encoding.UTF8.GetBytes($"{Env("CLIENT_ID")}:{Env("CLIENT_SECRET")}");
http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(pair));
`
}var response = await http.PostAsync($"{Env("ISSUER")}/token", new FormUrlEncodedContent(form));
response.EnsureSuccessStatusCode();
using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
Console.WriteLine(answer.RootElement.GetProperty("access_token").GetString());`;
