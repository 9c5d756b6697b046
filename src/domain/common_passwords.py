"""What most people choose, in small letters and without accents.

COMMON_WORDS: only those that are left once numbers, years, keyboard rows and repetitions are taken away
(domain.passwords does that). COMMON_PASSWORDS: whole ones that are long enough, ten thousand of them (OWASP ASVS 5.0,
6.2.4, asks for the three thousand most common that a site's rules allow). Both files name where they come from.
"""

from importlib.resources import files


def _lines(name: str) -> list[str]:
    text = files("domain").joinpath(name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("# ")]


_WORDS = """
password passwort passw contrasena contrasenia clave claves secreto secreta secret admin administrador
administrator administracion root usuario user guest invitado default cambiar cambiame change changeme temporal
temp test testing prueba pruebas demo login acceso access entrar ingreso bienvenido bienvenida welcome hola hello
letmein iloveyou loveyou love lover teamo tequiero amor amormio miamor amorcito corazon carino cielo vida mivida
bebe baby angel angelito princess princesa princesita reina rey queen king master maestro dios jesus jesucristo
cristo maria virgen santa familia family mama papa mami papi hijo hija hermano hermana amigo amigos friend friends
dragon monkey mono tigre tiger leon lion perro gato gatito dog cat conejo mariposa butterfly caballo lobo wolf
shadow sombra sunshine sol luna moon star estrella estrellita flower flor flores rosa rosita orange naranja banana
chocolate cookie galleta pepper ginger summer winter verano invierno enero febrero marzo abril mayo junio julio
agosto septiembre octubre noviembre diciembre lunes martes miercoles jueves viernes sabado domingo january monday
football futbol soccer baseball basketball hockey deporte campeon champion nacional millonarios america santafe
junior medallo tolima pasto bucaramanga barcelona realmadrid madrid chelsea arsenal liverpool juventus boca river
ronaldo messi falcao james cristiano neymar
superman batman spiderman starwars pokemon pikachu naruto goku harley ferrari mustang mercedes yamaha honda toyota
matrix hunter killer ninja pirate wizard magic magia money dinero plata rico diamond diamante silver gold golden
freedom libertad trustno trust whatever nothing nada internet computer computador google facebook whatsapp
instagram microsoft windows android samsung apple iphone hotmail gmail yahoo correo
michael michelle jennifer jessica jordan robert thomas daniel andrew joshua charlie george maggie ashley nicole
amanda hannah samantha anthony matthew patrick richard william
alejandro alejandra andres andrea angela antonio beatriz camila camilo carlos carolina catalina claudia cristian
cristina daniela david diana diego eduardo enrique esteban felipe fernanda fernando francisco gabriel gabriela
gustavo gloria guillermo isabel isabella ivan jaime javier jeison jenny jhon johana jorge jose juan juana juliana
julian laura leidy leonardo lina lucia luis luisa luz manuel manuela marcela margarita mariana marina mario marta
martha mateo mauricio melissa miguel monica natalia nelson nicolas oscar pablo paola patricia paula pedro rafael
ricardo roberto rodrigo samuel sandra santiago sara sebastian sergio silvia sofia tatiana valentina valeria
vanessa veronica victor viviana william xiomara yolanda
garcia rodriguez martinez lopez gonzalez hernandez perez sanchez ramirez torres diaz gomez
colombia colombiano colombiana bogota medellin cali barranquilla cartagena bucaramanga pereira manizales armenia
ibague cucuta villavicencio antioquia santander boyaca narino caribe pacifico paisa costeno rolo
casa casas apartamento apto arriendo arriendos arrendamiento arrendatario inquilino propietario inmueble
inmuebles inmobiliaria inmobiliarias propiedad edificio oficina bodega local contrato factura pago pagos cliente
clientes portal area empresa trabajo
"""
COMMON_WORDS = frozenset([*_WORDS.split(), *_lines("common_words.txt")])
COMMON_PASSWORDS = frozenset(_lines("common_passwords.txt"))
