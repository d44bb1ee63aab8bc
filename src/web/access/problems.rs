//! Why somebody does not pass.

use axum::http::StatusCode;

use crate::case::Text;
use crate::web::problem::Problem;

impl Problem {
    /// Nobody knows who it is.
    pub(in crate::web) fn unauthorized() -> Problem {
        let detail = Text::new(
            "Sign in, or send a token as `Authorization: Bearer …`: one that an administrator has made for your system, or that of the data folder's file `token`.",
            "Ouvrez une session, ou envoyez un jeton : `Authorization: Bearer …`, celui que l’administration a créé pour votre système ou celui du fichier `token` du dossier de données.",
        );
        let title = ("Not signed in, and no token that is known", "Aucune session ouverte, ni jeton connu");
        Problem::new(StatusCode::UNAUTHORIZED, "unauthorized", title, detail)
    }

    /// Whoever asks may not do it.
    pub(in crate::web) fn not_permitted() -> Problem {
        let detail = Text::new(
            "None of your roles includes it. If it is your work, ask an administrator for the role.",
            "Aucun de vos rôles ne le prévoit. Si c’est votre travail, demandez le rôle à l’administration.",
        );
        let title = ("Not yours to do", "Cela ne vous revient pas");
        Problem::new(StatusCode::FORBIDDEN, "not-permitted", title, detail)
    }

    /// What is asked for is of another program than whoever asks works in.
    pub(in crate::web) fn other_program(what: &str) -> Problem {
        let detail = Text::new(
            format!(
                "“{what}” is of a program that you do not work in. If it is your work, ask an administrator to add the program."
            ),
            format!(
                "« {what} » relève d’un programme dans lequel vous ne travaillez pas. Si c’est votre travail, demandez à l’administration d’ajouter le programme."
            ),
        );
        let title = ("Of another program", "D’un autre programme");
        Problem::new(StatusCode::FORBIDDEN, "other-program", title, detail)
    }

    /// There were too many requests from one source.
    pub(in crate::web) fn too_many(seconds: u64) -> Problem {
        let detail = Text::new(
            format!(
                "More was asked for at once than anybody needs. Wait {seconds} seconds, then go on; a program that repeats its requests waits as `Retry-After` says."
            ),
            format!(
                "Plus de demandes sont venues à la fois que quiconque n’en a besoin. Attendez {seconds} secondes, puis poursuivez; un programme qui répète ses demandes attend ce que dit `Retry-After`."
            ),
        );
        let title = ("Too many requests", "Trop de demandes");
        Problem::new(StatusCode::TOO_MANY_REQUESTS, "too-many-requests", title, detail)
    }

    /// A browser sent it, and not from a page of this service.
    pub(in crate::web) fn cross_site() -> Problem {
        let detail = Text::new(
            "The browser does not say that a page of this service sent it. Open the page here, and do it there; a program sends a token.",
            "Le navigateur ne dit pas qu’une page de ce service l’a envoyé. Ouvrez la page ici, et faites-le là; un programme envoie un jeton.",
        );
        let title = ("Sent from elsewhere", "Envoyé d’ailleurs");
        Problem::new(StatusCode::FORBIDDEN, "cross-site", title, detail)
    }
}
