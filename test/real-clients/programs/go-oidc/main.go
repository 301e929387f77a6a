// go-oidc and golang.org/x/oauth2 as the examples of go-oidc have them. Without a secret it is a public app, with PKCE.
package main

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"log"
	"net/http"
	"os"

	oidc "github.com/coreos/go-oidc"
	"golang.org/x/oauth2"
)

const (
	state    = "a-state"
	verifier = "a-verifier-that-is-as-long-as-it-has-to-be-for-pkce"
)

func main() {
	ctx := context.Background()
	provider, err := oidc.NewProvider(ctx, os.Getenv("ISSUER"))
	if err != nil {
		log.Fatal(err)
	}
	clientID, address := os.Getenv("CLIENT_ID"), "localhost:"+os.Getenv("PORT")
	idTokens := provider.Verifier(&oidc.Config{ClientID: clientID})
	config := oauth2.Config{
		ClientID:     clientID,
		ClientSecret: os.Getenv("CLIENT_SECRET"),
		Endpoint:     provider.Endpoint(),
		RedirectURL:  "http://" + address + "/callback",
		Scopes:       []string{oidc.ScopeOpenID, "profile", "email", oidc.ScopeOfflineAccess},
	}

	// golang.org/x/oauth2 got functions for PKCE only after the version that Debian 12 has.
	asking := []oauth2.AuthCodeOption{}
	redeeming := []oauth2.AuthCodeOption{}
	if config.ClientSecret == "" {
		digest := sha256.Sum256([]byte(verifier))
		challenge := base64.RawURLEncoding.EncodeToString(digest[:])
		asking = append(asking,
			oauth2.SetAuthURLParam("code_challenge", challenge),
			oauth2.SetAuthURLParam("code_challenge_method", "S256"))
		redeeming = append(redeeming, oauth2.SetAuthURLParam("code_verifier", verifier))
	}

	http.HandleFunc("/login", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, config.AuthCodeURL(state, asking...), http.StatusFound)
	})
	http.HandleFunc("/callback", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("state") != state {
			http.Error(w, "state did not match", http.StatusBadRequest)
			return
		}
		answer, err := goThrough(ctx, provider, idTokens, config, r.URL.Query().Get("code"), redeeming)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		json.NewEncoder(w).Encode(answer)
	})
	log.Print("ready")
	log.Fatal(http.ListenAndServe(address, nil))
}

type answer struct {
	Claims, UserInfo map[string]interface{}
	Renewed          bool
}

// Redeems the code, looks at the ID token, asks UserInfo and refreshes.
func goThrough(ctx context.Context, provider *oidc.Provider, idTokens *oidc.IDTokenVerifier, config oauth2.Config,
	code string, redeeming []oauth2.AuthCodeOption) (got answer, err error) {
	token, err := config.Exchange(ctx, code, redeeming...)
	if err != nil {
		return got, err
	}
	raw, _ := token.Extra("id_token").(string)
	idToken, err := idTokens.Verify(ctx, raw)
	if err != nil {
		return got, err
	}
	if err = idToken.Claims(&got.Claims); err != nil {
		return got, err
	}
	userInfo, err := provider.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil {
		return got, err
	}
	if err = userInfo.Claims(&got.UserInfo); err != nil {
		return got, err
	}
	// A source of tokens refreshes what is past its time.
	renewed, err := config.TokenSource(ctx, &oauth2.Token{RefreshToken: token.RefreshToken}).Token()
	if err != nil {
		return got, err
	}
	got.Renewed = renewed.AccessToken != token.AccessToken && renewed.RefreshToken != token.RefreshToken
	return got, nil
}
