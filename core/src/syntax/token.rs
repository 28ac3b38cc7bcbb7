//! Tokens: what the lexer hands to the parser.

/// One token. Its text is the source between the two offsets.
#[derive(Clone, Copy, Debug)]
pub struct Token {
    pub start: u32,
    pub end: u32,
    pub kind: TokenKind,
    /// How many brackets are open after this token; at most [`super::lexer::MAX_BRACKETS`].
    pub level: u8,
}

macro_rules! token_kinds {
    (special: $($special:ident)*; keywords: $($keyword:ident $word:literal)*; operators: $($operator:ident $sign:literal)*;) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum TokenKind {
            $($special,)* $($keyword,)* $($operator,)*
        }

        /// The keyword of that spelling. Soft keywords are names.
        pub fn keyword(word: &str) -> Option<TokenKind> {
            match word {
                $($word => Some(TokenKind::$keyword),)*
                _ => None,
            }
        }

        impl TokenKind {
            /// The fixed spelling of a keyword or operator; empty for other tokens.
            pub fn spelling(self) -> &'static str {
                match self {
                    $(TokenKind::$keyword => $word,)*
                    $(TokenKind::$operator => $sign,)*
                    _ => "",
                }
            }
        }
    };
}

token_kinds! {
    special:
        EndMarker Newline Indent Dedent
        // Where the lexer gave up: its error is reported if the parser gets here.
        Error
        Name Number String
        FStringStart FStringMiddle FStringEnd
        TStringStart TStringMiddle TStringEnd
        // A character that is no token of Python: `$`, `?`, a back quote.
        Unknown;
    keywords:
        False "False" None "None" True "True" And "and" As "as" Assert "assert" Async "async" Await "await"
        Break "break" Class "class" Continue "continue" Def "def" Del "del" Elif "elif" Else "else"
        Except "except" Finally "finally" For "for" From "from" Global "global" If "if" Import "import" In "in"
        Is "is" Lambda "lambda" Nonlocal "nonlocal" Not "not" Or "or" Pass "pass" Raise "raise" Return "return"
        Try "try" While "while" With "with" Yield "yield";
    operators:
        LeftParen "(" RightParen ")" LeftBracket "[" RightBracket "]" LeftBrace "{" RightBrace "}"
        Comma "," Colon ":" Semicolon ";" Dot "." Ellipsis "..." Arrow "->" ColonEqual ":=" Exclamation "!"
        Equal "=" EqualEqual "==" NotEqual "!=" LessGreater "<>" Less "<" LessEqual "<=" Greater ">" GreaterEqual ">="
        Plus "+" Minus "-" Star "*" DoubleStar "**" Slash "/" DoubleSlash "//" Percent "%" At "@"
        VerticalBar "|" Ampersand "&" Caret "^" Tilde "~" LeftShift "<<" RightShift ">>"
        PlusEqual "+=" MinusEqual "-=" StarEqual "*=" DoubleStarEqual "**=" SlashEqual "/=" DoubleSlashEqual "//="
        PercentEqual "%=" AtEqual "@=" VerticalBarEqual "|=" AmpersandEqual "&=" CaretEqual "^=" LeftShiftEqual "<<="
        RightShiftEqual ">>=";
}
